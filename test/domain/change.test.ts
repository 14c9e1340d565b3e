import { describe, expect, test } from '@jest/globals';
import { validateChange } from '../../lib/domain/change.ts';
import { PolicyViolation } from '../../lib/domain/errors.ts';
import type { ChangeSet, FileChange } from '../../lib/domain/handoff.ts';
import { defaultPolicy } from '../../lib/domain/policy.ts';

const base = 'a'.repeat(40);
const file = (path: string, content: string | null = 'x\n', mode = '100644') =>
  ({
    path,
    mode,
    content: content === null ? null : Buffer.from(content, 'latin1').toString('base64'),
  }) as FileChange;
const changeOf = (...files: FileChange[]): ChangeSet => ({
  kind: 'change-set',
  base,
  files,
  title: 'Change it',
  body: 'Because',
});
const check = (...files: FileChange[]) => validateChange(changeOf(...files), base, defaultPolicy);
const at = (path: string) => () => check(file(path));

describe('what is allowed', () => {
  test.each([
    'src/a.ts',
    '.gitignore',
    'docs/.gitkeep',
    '.github/ISSUE_TEMPLATE/bug.md',
    'dir with space/quote".txt',
    'ünïcödé/日本語.txt',
    'git.ts',
    'a/.gitlab-ci.yml',
    'gigabyte.txt',
    'emoji-❤️.txt',
  ])('%s', (path) => {
    expect(at(path)).not.toThrow();
  });

  test('a change of case, a file that becomes a folder, a link that goes', () => {
    expect(() => check(file('readme.md', null), file('README.md'))).not.toThrow();
    expect(() => check(file('a', null), file('a/b'))).not.toThrow();
    expect(() => check(file('link', null, '120000'))).not.toThrow();
    expect(() => check(file('run.sh', 'x', '100755'))).not.toThrow();
  });
});

describe('paths', () => {
  test.each([
    ['/etc/passwd', 'an absolute path'],
    ['C:/windows', 'an absolute path'],
    ['../up', 'a segment of dots'],
    ['a/./b', 'a segment of dots'],
    ['a//b', 'an empty segment'],
    ['a/', 'an empty segment'],
    ['a\\b', 'a backslash'],
    ['a\0b', 'a control or invisible character'],
    ['a\nb', 'a control or invisible character'],
    ['a\u202eb', 'a control or invisible character'],
    ['a\ud800b', 'a control or invisible character'],
    ['.g\u200cit/config', 'a control or invisible character'],
    ['a./b', 'a trailing dot or space'],
    ['a /b', 'a trailing dot or space'],
    ['.git/hooks/pre-commit', 'the git folder'],
    ['sub/.GIT/config', 'the git folder'],
    ['.git. /config', 'the git folder'],
    ['.git::$INDEX_ALLOCATION/config', 'the git folder'],
    ['GIT~1/config', 'the git folder'],
    ['gi7eba~1', 'the git folder'],
    ['.gıt/config', 'the git folder'],
    ['．git/config', 'the git folder'],
  ])('%j has %s', (path, why) => {
    expect(at(path)).toThrow(PolicyViolation);
    expect(at(path)).toThrow(`path: `);
    expect(at(path)).toThrow(why);
  });

  test.each([
    '.github/workflows/ci.yml',
    '.GitHub/Workflows/ci.yml',
    '.github/workflows',
    '.github/actions/x/action.yml',
    '.gitmodules',
    'sub/.gitattributes',
    '.entropy.yml',
    'AGENTS.md',
    'packages/a/agents.MD',
    'CLAUDE.md',
    'x/.claude/settings.json',
    '.cursor/rules/a.mdc',
    '.mcp.json',
    '.vscode/tasks.json',
    '.github/copilot-instructions.md',
    '.husky/pre-commit',
    'docs/CODEOWNERS',
    '.github/CODEOWNERS',
  ])('%s is protected, also from deletion', (path) => {
    expect(at(path)).toThrow(/^protected: /);
    expect(() => check(file(path, null))).toThrow(/^protected: /);
  });

  test("the repository's own globs protect, with folders and hidden files", () => {
    const policy = { ...defaultPolicy, protect: ['secrets', 'infra/**/*.tf'] };
    const run = (path: string) => () => validateChange(changeOf(file(path)), base, policy);
    expect(run('secrets/.env')).toThrow('is protected by secrets');
    expect(run('infra/a/b/main.tf')).toThrow(/protected/);
    expect(run('infra/readme.md')).not.toThrow();
  });

  test('two paths that are one on some file system', () => {
    expect(() => check(file('a.txt'), file('A.txt'))).toThrow(/^duplicate: /);
    expect(() => check(file('é.txt'.normalize('NFC')), file('é.txt'.normalize('NFD')))).toThrow(
      /^duplicate/,
    );
    expect(() => check(file('a'), file('A/b'))).toThrow(/^duplicate/);
    expect(() => check(file('a', null), file('a'))).toThrow(/^duplicate/);
  });
});

test('modes, size, base and emptiness', () => {
  expect(() => check(file('l', '/etc/passwd', '120000'))).toThrow(/^mode: "l" is a symbolic link/);
  expect(() => check(file('m', null, '160000'))).toThrow(/^mode: "m" is a submodule/);
  expect(() => check()).toThrow(/^empty/);
  expect(() => check(file('big', 'x'.repeat(1_000_001)))).toThrow(/^size: 1000001 bytes/);
  const many = Array.from({ length: 101 }, (_, n) => file(`f${n}`));
  expect(() => check(...many)).toThrow(/^size: 101 files/);
  const other = () => validateChange(changeOf(file('a')), 'b'.repeat(40), defaultPolicy);
  expect(other).toThrow(/^base: /);
});

describe('secrets', () => {
  const pem = `-----BEGIN RSA PRIVATE ${'KEY'}-----\n${'A'.repeat(64)}\n`;
  test.each([
    ['a private key', pem],
    ['an AWS key', `key = "${'AKIA'}ABCDEFGHIJKLMNOP"`],
    ['a GitHub token', `${'ghp'}_${'a1'.repeat(18)}`],
    [
      'a long installation token',
      `${'ghs'}_1001_${'a_1'.repeat(9)}.${'b-2'.repeat(30)}.${'c'.repeat(40)}`,
    ],
    ['an Anthropic key', `${'sk-ant'}-api03-${'a1-B'.repeat(10)}`],
    ['a Slack token', `${'xoxb'}-1234567890-abcdefghij`],
  ])('%s is refused, in binary files too, and not shown', (_, secret) => {
    const run = () => check(file('a.txt', `\0\xff${secret}`));
    expect(run).toThrow('secret: "a.txt" holds what looks like a credential');
    expect(() =>
      validateChange({ ...changeOf(file('a')), body: secret }, base, defaultPolicy),
    ).toThrow(/^secret/);
  });

  test('what the base holds already may stay, not more of it', () => {
    const before = () => Buffer.from(pem);
    const run = (content: string) => () =>
      validateChange(changeOf(file('key.test.ts', content)), base, defaultPolicy, before);
    expect(run(`// note\n${pem}`)).not.toThrow();
    expect(run(`${pem}\n${'ghp'}_${'a1'.repeat(18)}`)).toThrow(/^secret/);
  });
});
