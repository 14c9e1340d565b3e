import { describe, expect, test } from '@jest/globals';
import { branchOf, issueKeyOf, type RepositoryRef, runIdOf } from '../../lib/domain/run.ts';

const repository: RepositoryRef = { forge: 'github', name: 'owner/name' };

describe('a run id', () => {
  const id = runIdOf(repository, '7', 'event-1');

  test('is the same for the same repository, issue and trigger', () => {
    expect(runIdOf({ ...repository }, '7', 'event-1')).toBe(id);
  });

  test('is another for any other of them, however they are cut', () => {
    const others = [
      runIdOf({ ...repository, forge: 'local' }, '7', 'event-1'),
      runIdOf({ ...repository, name: 'owner/other' }, '7', 'event-1'),
      runIdOf(repository, '8', 'event-1'),
      runIdOf(repository, '7', 'event-2'),
      runIdOf(repository, '7event', '-1'),
      runIdOf({ ...repository, name: 'owner/name7' }, '', 'event-1'),
    ];
    expect(new Set([id, ...others]).size).toBe(7);
  });

  test('fits an execution name, a file name and a git ref', () => {
    expect(id).toMatch(/^r-[0-9a-f]{20}$/);
  });
});

test('an issue has one key, and a forge is part of it', () => {
  expect(issueKeyOf(repository, '7')).toBe('github:owner/name#7');
  expect(issueKeyOf({ forge: 'local', name: '/a' }, 'bug.md')).toBe('local:/a#bug.md');
});

describe('the branch', () => {
  test('is one per run', () => {
    expect(branchOf({ id: 'r-0123456789abcdef0123', issue: '7' })).toBe('entropy/7-01234567');
  });

  test.each(['issues/a bug..md', '~^:?*[\\', '-'.repeat(99), 'ü/@{x}.lock'])(
    'is a valid ref for issue %j',
    (issue) => {
      expect(branchOf({ id: 'r-0123456789abcdef0123', issue })).toMatch(
        /^entropy\/[A-Za-z0-9-]{1,40}-01234567$/,
      );
    },
  );
});
