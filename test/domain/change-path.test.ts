import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { violationsOf } from '../../lib/domain/change.ts';
import {
  isGitConfiguration,
  pathFault,
  protectionOf,
  windowsFault,
} from '../../lib/domain/change-path.ts';
import type { ChangeSet, FileChange } from '../../lib/domain/handoff.ts';
import { defaultPolicy } from '../../lib/domain/policy.ts';

describe('on Windows another thing', () => {
  test.each([
    ['a/nul.txt', 'device'],
    ['CON', 'device'],
    ['com1.log/x', 'device'],
    ['COM\u00b9', 'device'],
    ['lpt9 .txt', 'device'],
    ['conin$', 'device'],
    ['a.txt:hidden', 'stream'],
    ['.github::$INDEX_ALLOCATION/workflows/x.yml', 'stream'],
    ['GITHUB~1/x', 'the git folder'],
    ['docs~1/x', 'short name'],
  ])('%j: %s', (path, why) => {
    expect(pathFault(path) ?? windowsFault(path)).toContain(why);
  });

  test.each(['console.ts', 'auxiliary.c', 'com10.txt', 'null.js', 'a~b', 'notes~', 'prn_a.txt'])(
    '%s is what it is',
    (path) => {
      expect(pathFault(path) ?? windowsFault(path)).toBeUndefined();
    },
  );
});

test.each([
  ['a/\u2025/b', 'a segment of dots'],
  ['a/\uff0e\uff0e/b', 'a segment of dots'],
  ['a\uff0f..\uff0fb', 'a letter that stands for a slash somewhere'],
  ['a\uff3cb', 'a letter that stands for a slash somewhere'],
  ['a\u{e0100}b', 'a control or invisible character'],
  ['a\u3164b', 'a control or invisible character'],
  ['x\u2024', 'a trailing dot or space'],
])('%j has %s', (path, why) => {
  expect(pathFault(path)).toBe(why);
});

test.each([
  'opencode.jsonc',
  'packages/a/.ripgreprc',
  '.npmrc',
  'packages/a/.NPMRC',
  '.yarnrc',
  '.yarnrc.yml',
  '.yarn/releases/yarn-4.9.1.cjs',
  '.yarn/plugins/@yarnpkg/plugin-x.cjs',
  '.pnpmfile.cjs',
  '.pnpmfile.mjs',
  'bunfig.toml',
  '.cargo/config.toml',
])('%s steers tools, and is protected', (path) => {
  expect(protectionOf(path, [])).toBeDefined();
});

test.each(['.yarn/patches/a.patch', 'opencode.md', 'src/npmrc.ts', 'Cargo.toml'])(
  '%s is like any other',
  (path) => {
    expect(protectionOf(path, [])).toBeUndefined();
  },
);

/** What HFS+ leaves out when it compares names. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Where a path leads on a careless file system, by other means than those under test: names compared without case, by
 * any normal form, without what HFS+ ignores, without NTFS's streams and what Windows cuts off.
 */
function segmentsOn(
  path: string,
  form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD',
  windows: boolean,
): string[] {
  const names = path.normalize(form).replace(ignoredByHfs, '').toLowerCase();
  return names.split(windows ? /[\\/]/ : '/').map((name) => (windows ? cutByWindows(name) : name));
}

function cutByWindows(name: string): string {
  const file = name.split(':')[0] ?? '';
  return /^\.{1,2}$/.test(file) ? file : file.replace(/[. ]+$/, '');
}

/** True where the path leaves the folder, or is git's own, or what only people may change. */
function leadsOut(path: string): boolean {
  return (['NFC', 'NFD', 'NFKC', 'NFKD'] as const).some((form) =>
    [false, true].some((windows) => {
      const names = segmentsOn(path, form, windows);
      const git = names.some((name) =>
        ['.git', 'git~1', '.gitmodules', '.gitattributes'].includes(name),
      );
      const workflows = names[0] === '.github' && names[1] === 'workflows';
      const out = names.includes('..') || names[0] === '' || /^[a-z]:/.test(names[0] ?? '');
      return git || workflows || out || names[0] === '.entropy.yml';
    }),
  );
}

const piece = fc.constantFrom(
  ...[
    '.git',
    '.GIT',
    '.gi',
    't',
    'git~1',
    'GIT~2',
    '.gitmodules',
    '.github',
    'workflows',
    'WORK',
    'flows',
  ],
  ...[
    '.entropy.yml',
    '.',
    '..',
    '/',
    '/',
    '\\',
    ':',
    '::$DATA',
    '::$INDEX_ALLOCATION',
    'C:',
    ' ',
    '. ',
  ],
  ...[
    '\u200c',
    '\u200d',
    '\u202e',
    '\ufeff',
    '\u206a',
    '\u0000',
    '\n',
    '\u00ad',
    '\u0301',
    '\ufe0f',
  ],
  ...[
    '\uff0e',
    '\uff0f',
    '\u2024',
    '\u2025',
    '\uff47',
    '\u0131',
    '\u017f',
    '\u212a',
    'a',
    'src',
    'é',
    '\ud800',
  ],
);
const anyPath = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(piece, { minLength: 1, maxLength: 9 }).map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }) },
);
const base = 'a'.repeat(40);

test('of any paths, none that is let through leads out on any file system', () => {
  let passed = 0;
  fc.assert(
    fc.property(fc.array(anyPath, { minLength: 1, maxLength: 4 }), (paths) => {
      const files = paths.map((path): FileChange => ({ path, mode: '100644', content: '' }));
      const change: ChangeSet = { kind: 'change-set', base, title: 't', body: 'b', files };
      if (violationsOf(change, base, defaultPolicy).length > 0) return;
      passed += 1;
      expect(paths.filter(leadsOut)).toEqual([]);
      // Two names that are one somewhere would overwrite each other.
      const names = paths.map((path) => segmentsOn(path, 'NFKC', true).join('/'));
      expect(new Set(names).size).toBe(names.length);
    }),
    { numRuns: 8_000 },
  );
  // The property would hold of a validator that refuses all.
  expect(passed).toBeGreaterThan(100);
});

test("nobody can let pass git's own folder, a way out, or git's configuration", () => {
  fc.assert(
    fc.property(anyPath, (path) => {
      const windows = segmentsOn(path, 'NFKC', true);
      const hard =
        windows.includes('.git') || windows.includes('..') || windows.includes('.gitmodules');
      if (!hard) return;
      const file: FileChange = { path, mode: '100644', content: '' };
      const change: ChangeSet = { kind: 'change-set', base, title: 't', body: 'b', files: [file] };
      const found = violationsOf(change, base, defaultPolicy);
      expect(found.some((one) => one.hard)).toBe(true);
      expect(pathFault(path) !== undefined || isGitConfiguration(path)).toBe(true);
    }),
    { numRuns: 8_000 },
  );
});
