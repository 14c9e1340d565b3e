import { expect, test } from '@jest/globals';
import type { RawResult } from '../../../lib/agent/checks/ecosystem.ts';
import { parseTap } from '../../../lib/agent/checks/tap.ts';

const short = (results: readonly RawResult[] | null) =>
  results?.map(({ names, status }) => `${names.join(' > ')}: ${status}`) ?? null;

const tape = `TAP version 13
# adds
ok 1 two
not ok 2 should be strictly equal
  ---
    operator: equal
    expected: 4
    actual:   3
  ...
# group
# inner
ok 3 fine
# TODO todo
not ok 4 not yet # TODO
  ---
    operator: fail
  ...
# last
`;
const tapeEnd = `ok 5 yes

1..5
# tests 5
# pass  3
# fail  1
`;

test('tape: assertions belong to the test that stands before them', () => {
  expect(short(parseTap(tape + tapeEnd))).toEqual([
    'adds: failed',
    'inner: passed',
    'TODO todo: skipped',
    'last: passed',
  ]);
});

test('a failure keeps what the runner said of it', () => {
  const adds = parseTap(tape + tapeEnd)?.[0];
  expect(adds?.message).toContain('should be strictly equal');
  expect(adds?.message).toContain('expected: 4');
});

test('a process that ends in a test leaves that test failed', () => {
  expect(short(parseTap(`${tape}Error: boom\n`))?.at(-1)).toBe('last: failed');
});

test('node:test: subtests by indentation, todo and skip', () => {
  const output = `TAP version 13
# Subtest: one
ok 1 - one
  ---
  duration_ms: 1
  ...
# Subtest: two
    # Subtest: sub
    ok 1 - sub
    # Subtest: subfail
    not ok 2 - subfail
      ---
      error: '1 == 2'
      ...
    1..2
not ok 2 - two
  ---
  error: '1 subtest failed'
  ...
# Subtest: S
    # Subtest: y
    ok 1 - y # SKIP
    # Subtest: z
    not ok 2 - z # TODO
    1..2
ok 3 - S
1..3
# tests 8
# pass 3
`;
  expect(short(parseTap(output))).toEqual([
    'one: passed',
    'two > sub: passed',
    'two > subfail: failed',
    'two: failed',
    'S > y: skipped',
    'S > z: skipped',
    'S: passed',
  ]);
  expect(parseTap(output)?.[2]?.message).toContain("error: '1 == 2'");
});

test('points that nothing groups are tests themselves, as ava and shell scripts print them', () => {
  const output = 'TAP version 13\nok 1 - adds\nnot ok 2 - divides\nok 3 - later # SKIP\n1..3\n';
  expect(short(parseTap(output))).toEqual(['adds: passed', 'divides: failed', 'later: skipped']);
});

test('assertions below a subtest make it what it is', () => {
  const output = `TAP version 14
# Subtest: file.js
    # Subtest: first
        ok 1 - a
        not ok 2 - b
        1..2
    not ok 1 - first # time=3.2ms
    1..1
not ok 1 - file.js # time=80ms
1..1
`;
  expect(short(parseTap(output))).toEqual(['file.js > first: failed', 'file.js: failed']);
});

test('what is no TAP is told apart from TAP without a test', () => {
  expect(parseTap('all fine\nok then\n')).toBeNull();
  expect(parseTap('')).toBeNull();
});

test('another number of points than the plan announces is a failure of its own', () => {
  expect(parseTap('1..3\nok 1 - a\nok 2 - b\n')?.at(-1)).toEqual({
    file: '',
    names: ['(plan)'],
    status: 'failed',
    message: '3 were announced and 2 came',
  });
  expect(parseTap('1..1\nok 1 - a\nok 2 - forged\n')?.at(-1)?.status).toBe('failed');
  const two = 'ok 1 - a\n1..1\nok 1 - b\n    ok 1 - inner\n    1..1\nok 2 - c\n1..2\n';
  expect(parseTap(two)?.map(({ status }) => status)).not.toContain('failed');
});

test('a comment right after a failed point says why it failed, and names no test', () => {
  const output = `not ok 1 - empty
# expected '0', got '1'
# in words.sh
ok 2 - one word
not ok 3 - two words
1..3
# tests 3
`;
  expect(short(parseTap(output))).toEqual([
    'empty: failed',
    'one word: passed',
    'two words: failed',
  ]);
  expect(parseTap(output)?.[0]?.message).toContain("expected '0', got '1'");
});
