import { describe, expect, test } from '@jest/globals';
import { validateChange, violationsOf } from '../../lib/domain/change.ts';
import type { ChangeSet, FileChange } from '../../lib/domain/handoff.ts';
import { changeDigest, type LetPass, violated } from '../../lib/domain/let-pass.ts';
import { policySchema } from '../../lib/domain/policy.ts';

const base = 'a'.repeat(40);
const file = (path: string, text = 'x\n', mode = '100644') =>
  ({ path, mode, content: Buffer.from(text).toString('base64') }) as FileChange;
const changeOf = (...files: FileChange[]): ChangeSet => ({
  ...{ kind: 'change-set', base, files, title: 'Change it', body: 'Because' },
});
const policy = policySchema.parse({ version: 1, limits: { files: 1 }, protect: ['db/**'] });
const leave = (change: ChangeSet): LetPass => ({
  run: 'r-1',
  change: changeDigest(change),
  rules: violationsOf(change, base, policy).map(({ message }) => message),
  by: 'ada',
});

describe('what a maintainer can let pass', () => {
  const change = changeOf(file('db/one.sql'), file('.github/workflows/ci.yml'), file('AGENTS.md'));

  test('all broken rules are named, and let pass for exactly that change', () => {
    const run = (pass?: LetPass) => validateChange(change, base, policy, undefined, pass);
    expect(() => run()).toThrow(
      /^size: .*\nprotected: .*db.*\nprotected: .*ci\.yml.*\nprotected: .*AGENTS/,
    );
    expect(run(leave(change))).toEqual(leave(change).rules);
    expect(leave(change).rules.length).toBe(4);
  });

  test('another change is not covered, nor a rule that is not named', () => {
    const other = changeOf(
      file('db/one.sql', 'y\n'),
      file('.github/workflows/ci.yml'),
      file('AGENTS.md'),
    );
    const { rules, ...pass } = leave(change);
    expect(() => validateChange(other, base, policy, undefined, leave(change))).toThrow(/^size/);
    const fewer = { ...pass, rules: rules.slice(1) };
    expect(() => validateChange(change, base, policy, undefined, fewer)).toThrow(/^size: [^\n]*$/);
  });

  test('the same files on another base, with another text, are the same change', () => {
    const other: ChangeSet = { ...change, base: 'b'.repeat(40), title: 'Other' };
    expect(changeDigest(other)).toBe(changeDigest(change));
  });
});

test.each([
  ['git configuration', file('.gitattributes')],
  ['git configuration', file('sub/.GitModules')],
  ['a symbolic link', file('link', '/etc/passwd', '120000')],
  ['a submodule', file('sub', 'x', '160000')],
  ['the git folder', file('.git/config')],
  ['a segment of dots', file('../up')],
  ['credential', file('key.txt', `${'ghp'}_${'a1'.repeat(18)}`)],
])('%s can not be let pass', (why, one) => {
  const change = changeOf(one);
  const found = violationsOf(change, base, policy);
  expect(found.map(({ hard }) => hard)).toEqual([true]);
  expect(() => validateChange(change, base, policy, undefined, leave(change))).toThrow(why);
});

test('the message of many violations stays short', () => {
  const many = Array.from({ length: 50 }, (_, n) => ({ message: `rule ${n}`, hard: false }));
  expect(violated(many).message.split('\n')).toHaveLength(21);
  expect(violated(many).message).toMatch(/and 30 more$/);
});
