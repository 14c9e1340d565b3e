import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk, type Ended } from '../command-line.ts';
import { calls, codes, conversation, reads, submits } from '../scripted-team.ts';
import { git, issueText, mended, repositoryAt, runBranches, stateOf, sums } from '../sums.ts';
import { runToEnd } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());
const patience = 600_000;
const place = (name: string) => join(at.root, name);
const patchOf = (run: string) => join(at.dataDir, 'runs', run, 'change.patch');

/** Runs to an end and finds the user's repository as it was, with no branch but those of the run. */
async function failing(name: string, request: Parameters<typeof runToEnd>[1], files = sums) {
  const repo = repositoryAt(place(name), files);
  writeFileSync(join(repo, 'in no commit.txt'), 'new\n');
  const before = stateOf(repo);
  const end = await runToEnd(at, { ...request, repo });
  expect(stateOf(repo)).toEqual(before);
  expect({ outcome: end.outcome.outcome, err: end.err }).toMatchObject({ outcome: 'failed' });
  expect(end.err).not.toMatch(/\n +at /);
  return end;
}

describe('a change', () => {
  // As far up as there is, wherever the folder is: a link that leads nowhere would fail the tests first.
  const out = `${'../'.repeat(30)}etc/passwd`;
  const links = conversation(
    'coder',
    calls(
      ['create', { path: 'src/sum.js', content: mended['src/sum.js'] }],
      ['shell', { command: `ln -s /etc/passwd src/users.txt && ln -s ${out} src/up` }],
    ),
    submits,
  );

  test(
    'with a link out of the tree: named, nothing published, the patch is kept',
    async () => {
      const end = await failing('links', { turns: [reads, links] });
      expect(end.code).toBe(5);
      expect(end.outcome.error).toEqual({
        name: 'PolicyViolation',
        message: expect.stringMatching(/"src\/(up|users\.txt)" is a symbolic link/),
      });
      expect(runBranches(end.repo)).toEqual([]);
      const patch = readFileSync(patchOf(end.outcome.run), 'utf8');
      expect(patch).toContain('numbers.reduce');
      expect(patch).toContain('/etc/passwd');
      expect(patch).not.toContain('root:');
    },
    patience,
  );

  test(
    'where there are no tests and none are made: says so, and what would mend it',
    async () => {
      const { 'package.json': manifest, 'src/sum.js': source } = sums;
      const files = {
        'package.json': manifest.replace(/"scripts"[^}]*}/, '"private": true'),
        'src/sum.js': source,
      };
      const end = await failing(
        'untested',
        { turns: [reads, codes(mended)] },
        files as typeof sums,
      );
      expect(end.code).toBe(5);
      expect(end.outcome.error).toEqual({
        name: 'ChecksUnavailable',
        message: expect.stringMatching(/\.entropy\.yml|--test/),
      });
      expect(readFileSync(patchOf(end.outcome.run), 'utf8')).toContain('numbers.reduce');
    },
    patience,
  );

  test(
    'with tests that never end: ended by the limit, and named',
    async () => {
      const endless = `${mended['src/sum.js']}setInterval(() => {}, 1_000);\n`;
      const turns = Array.from({ length: 2 }, (_, n) =>
        codes({ 'src/sum.js': `${endless}// ${n}\n` }),
      );
      // Within it the base's own tests must end, however busy the machine is; each round waits for it once.
      const env = { ENTROPY_COMMAND_MS: '30000' };
      const files = { ...sums, '.entropy.yml': 'version: 1\nlimits: { rounds: 2 }\n' };
      const end = await failing('endless', { turns: [reads, ...turns], env }, files);
      expect(end.code).toBe(5);
      expect(end.outcome.error).toEqual({
        name: 'ChecksFailed',
        message: expect.stringMatching(/do not end with the change/),
      });
      expect(readFileSync(patchOf(end.outcome.run), 'utf8')).toContain('setInterval');
    },
    patience,
  );
});

describe('a repository', () => {
  test(
    'whose own tests never end: said, not waited for',
    async () => {
      const hangs =
        "import { test } from 'node:test';\ntest('waits', () => new Promise((done) => setTimeout(done, 1e9)));\n";
      const env = { ENTROPY_COMMAND_MS: '10000' };
      const files = { ...sums, 'test/hangs.test.js': hangs };
      const end = await failing('hangs', { turns: [reads, codes(mended)], env }, files);
      expect(end.code).toBe(5);
      expect(end.outcome.error).toEqual({
        name: expect.stringMatching(/^Checks(Unavailable|Inconclusive|Failed)$/),
        message: expect.stringMatching(/time|end/),
      });
    },
    patience,
  );
});

describe('a model', () => {
  test(
    'that never stops: the turn limit ends it, what it did is named',
    async () => {
      const files = { ...sums, '.entropy.yml': 'version: 1\nroles: { coder: { turns: 6 } }\n' };
      const turns = Array.from({ length: 40 }, (_, n) =>
        calls(['shell', { command: `echo ${n}` }]),
      );
      const end = await failing(
        'talker',
        { turns: [reads, conversation('coder', ...turns)] },
        files,
      );
      expect(end.code).toBe(5);
      expect(end.outcome.error).toEqual({
        name: 'AgentStuck',
        message: expect.stringMatching(/all 6 turns are used/),
      });
      expect(end.requests.length).toBeLessThanOrEqual(1 + 2 * 6);
    },
    patience,
  );

  test(
    'that never stops, over all roles: the budget ends it',
    async () => {
      const turns = Array.from({ length: 40 }, (_, n) =>
        calls(['shell', { command: `echo ${n}` }]),
      );
      const more = Array.from({ length: 3 }, () => conversation('coder', ...turns));
      const end = await failing('spender', {
        turns: [reads, ...more],
        args: ['--budget', '9turns'],
      });
      expect(end.code).toBe(5);
      expect(end.outcome.error).toMatchObject({ name: 'BudgetExceeded' });
      expect(end.requests.length).toBe(9);
    },
    patience,
  );
});

describe('what is given wrong is told in one line, and leaves nothing behind', () => {
  const bad = desk();
  afterAll(() => bad.remove());
  const name = (one: string) => join(bad.root, one);
  const usual = { '--repo': 'repo', '--issue': 'bug.md', '--sandbox': 'process' };
  const run = (args: string[], data?: string): Promise<Ended> => {
    const given = Object.entries(usual).filter(([option]) => !args.includes(option));
    const before = data === undefined ? [] : ['--data-dir', data];
    const all = [...before, 'run', '--yes', ...given.flat(), ...args];
    return bad.entropy(all, { ANTHROPIC_API_KEY: 'a key that is never used' });
  };
  type Row = [what: string, args: string[], said: RegExp];
  const rows: Row[] = [
    ['no repository', ['--repo', 'folder'], /folder is not a git repository; give the folder/],
    ['an empty repository', ['--repo', 'empty-repo'], /has no commit that HEAD names; commit/],
    ['no issue', ['--issue', 'none.md'], /--issue: there is no none\.md/],
    ['an empty issue', ['--issue', 'empty.md'], /empty\.md is empty; write what is wrong/],
    ['a huge issue', ['--issue', 'large.md'], /large\.md is larger than 256 KiB/],
    ['an endless issue', ['--issue', '/dev/zero'], /\/dev\/zero is no regular file/],
    ['a binary issue', ['--issue', 'binary.md'], /binary\.md is no UTF-8 text/],
    ['an issue in another encoding', ['--issue', 'latin.md'], /latin\.md is no UTF-8 text/],
  ];

  test(
    'repository and issue',
    async () => {
      repositoryAt(name('repo'));
      for (const folder of ['folder', 'empty-repo']) mkdirSync(name(folder));
      git(name('empty-repo'), 'init', '-q');
      writeFileSync(name('bug.md'), issueText);
      writeFileSync(name('empty.md'), '\n \n');
      writeFileSync(name('large.md'), 'x'.repeat(300_000));
      writeFileSync(name('binary.md'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]));
      writeFileSync(name('latin.md'), Buffer.from('# Gr\xf6\xdfe\n\nzu gro\xdf\n', 'latin1'));
      const before = stateOf(name('repo'));
      for (const [what, args, said] of rows) {
        const { code, out, err } = await run(args);
        expect({ what, code, out }).toEqual({ what, code: 2, out: '' });
        expect(err).toMatch(said);
        expect(err.trim().split('\n')).toHaveLength(1);
      }
      expect(existsSync(bad.dataDir)).toBe(false);
      expect(stateOf(name('repo'))).toEqual(before);
    },
    patience,
  );

  test(
    'a data folder that is none, or cannot be made',
    async () => {
      // Even a superuser can't write there.
      for (const data of [name('bug.md'), join(name('bug.md'), 'data'), '/sys/entropy-data']) {
        const { code, out, err } = await run([], data);
        expect({ data, code, out }).toEqual({ data, code: 6, out: '' });
        expect(err).toMatch(/^entropy: StorageFailed: .*(bug\.md|\/sys)/m);
        expect(err).not.toMatch(/\n +at /);
      }
    },
    patience,
  );
});
