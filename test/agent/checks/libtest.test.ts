import { expect, test } from '@jest/globals';
import { parseLibtest } from '../../../lib/agent/checks/libtest.ts';

const printed = `
running 4 tests
test skips ... ignored, not today
test a::passes ... ok
test panics - should panic ... ok
test fails ... FAILED

failures:

---- fails stdout ----
test a::other ... ok
thread 'fails' panicked at src/lib.rs:102:32:
no


failures:
    fails

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.39s
`;

test('reads what a test program of Rust prints', () => {
  const read = parseLibtest(printed.replace('test a::other ... ok\n', ''));
  expect(read).toEqual({
    whole: true,
    results: [
      { name: 'skips', status: 'skipped' },
      { name: 'a::passes', status: 'passed' },
      { name: 'panics', status: 'passed' },
      { name: 'fails', status: 'failed', message: expect.stringContaining('panicked at') },
    ],
  });
});

test('more or fewer results than announced, or no end, are no whole run', () => {
  expect(parseLibtest(printed)?.whole).toBe(false);
  expect(parseLibtest('running 2 tests\ntest a ... ok\n')?.whole).toBe(false);
  expect(parseLibtest('hello\n')).toBeNull();
});
