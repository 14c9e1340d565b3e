import { expect, test } from '@jest/globals';
import { parseGoJson, plainGoOutput } from '../../../lib/agent/checks/go-json.ts';

const events = (...list: object[]) => `${list.map((event) => JSON.stringify(event)).join('\n')}\n`;
const a = { Package: 'example.org/g/a' };
const short = (output: string) =>
  parseGoJson(output)?.map(({ file, names, status, load }) =>
    [file.replace('example.org/g/', ''), ...names, status, ...(load ? ['load'] : [])].join(' '),
  );

test('tests, subtests and skips', () => {
  const output = events(
    { Action: 'start', ...a },
    { Action: 'run', ...a, Test: 'TestOK' },
    { Action: 'pass', ...a, Test: 'TestOK' },
    { Action: 'run', ...a, Test: 'TestSub' },
    { Action: 'run', ...a, Test: 'TestSub/bad' },
    { Action: 'output', ...a, Test: 'TestSub/bad', Output: '    a_test.go:5: no\n' },
    { Action: 'fail', ...a, Test: 'TestSub/bad' },
    { Action: 'fail', ...a, Test: 'TestSub' },
    { Action: 'skip', ...a, Test: 'TestSkip' },
    { Action: 'fail', ...a },
  );
  expect(short(output)).toEqual([
    'a TestOK passed',
    'a TestSub bad failed',
    'a TestSub failed',
    'a TestSkip skipped',
  ]);
  expect(parseGoJson(output)?.[1]?.message).toBe('    a_test.go:5: no\n');
});

test('a package that does not build is one result, with what the compiler said', () => {
  const build = 'example.org/g/a [example.org/g/a.test]';
  const output = events(
    { ImportPath: build, Action: 'build-output', Output: 'b_test.go:3:28: undefined: Nope\n' },
    { ImportPath: build, Action: 'build-fail' },
    { Action: 'start', ...a },
    { Action: 'output', ...a, Output: 'FAIL\ta [build failed]\n' },
    { Action: 'fail', ...a, FailedBuild: build },
  );
  expect(short(output)).toEqual(['a failed load']);
  expect(parseGoJson(output)?.[0]?.message).toContain('undefined: Nope');
});

test('a test that a crash or a time limit ended has failed', () => {
  const begun = [
    { Action: 'run', ...a, Test: 'TestOK' },
    { Action: 'pass', ...a, Test: 'TestOK' },
    { Action: 'run', ...a, Test: 'TestHangs' },
  ];
  expect(short(events(...begun))).toEqual(['a TestOK passed', 'a TestHangs failed']);
  expect(short(events(...begun, { Action: 'fail', ...a }))).toEqual([
    'a TestOK passed',
    'a TestHangs failed',
  ]);
});

test('a package that fails though its tests pass is a result of its own', () => {
  const output = events(
    { Action: 'run', ...a, Test: 'TestOK' },
    { Action: 'pass', ...a, Test: 'TestOK' },
    { Action: 'output', ...a, Output: 'exit status 1\n' },
    { Action: 'fail', ...a },
  );
  expect(short(output)).toEqual(['a TestOK passed', 'a failed']);
});

test('other output is passed over, and none at all is told apart', () => {
  expect(short(`go: downloading x\n${events({ Action: 'pass', ...a, Test: 'T' })}{"x`)).toEqual([
    'a T passed',
  ]);
  expect(parseGoJson('PASS\nok\n{"level":"info"}\n')).toBeNull();
});

test('a person sees what go test prints', () => {
  const output = `make: entering\n${events({ Action: 'start', ...a }, { Action: 'output', ...a, Output: 'ok  \ta\n' })}`;
  expect(plainGoOutput(output)).toBe('make: entering\nok  \ta\n');
});
