import { expect, test } from '@jest/globals';
import { readMocha, readSuites } from '../../../lib/agent/checks/suite-json.ts';

test('jest and vitest: suites by file, and a file that does not load', () => {
  const report = {
    numTotalTests: 3,
    testResults: [
      {
        name: '/checkout/a.test.js',
        status: 'failed',
        message: 'x',
        assertionResults: [
          { ancestorTitles: ['S'], title: 'ok', status: 'passed', failureMessages: [] },
          { ancestorTitles: [], title: 'bad', status: 'failed', failureMessages: ['1 != 2'] },
          { ancestorTitles: [], title: 'later', status: 'pending', failureMessages: [] },
        ],
      },
      {
        name: '/checkout/b.test.js',
        status: 'failed',
        message: 'Cannot find module',
        assertionResults: [],
      },
    ],
  };
  expect(readSuites(JSON.stringify(report), '/checkout')).toEqual([
    { file: 'a.test.js', names: ['S', 'ok'], status: 'passed', message: '' },
    { file: 'a.test.js', names: ['bad'], status: 'failed', message: '1 != 2' },
    { file: 'a.test.js', names: ['later'], status: 'skipped', message: '' },
    { file: 'b.test.js', names: [], status: 'failed', message: 'Cannot find module', load: true },
  ]);
});

test('mocha: passes, failures, pending', () => {
  const at = { file: '/checkout/m.js', duration: 0 };
  const report = {
    stats: {},
    tests: [],
    passes: [{ ...at, title: 'ok', fullTitle: 'S inner ok', err: {} }],
    failures: [
      { ...at, title: 'bad', fullTitle: 'S inner bad', err: { stack: 'AssertionError: 1 == 2' } },
    ],
    pending: [{ ...at, title: 'later', fullTitle: 'later', err: {} }],
  };
  expect(readMocha(JSON.stringify(report), '/checkout')).toEqual([
    { file: 'm.js', names: ['S inner', 'ok'], status: 'passed', message: undefined },
    {
      file: 'm.js',
      names: ['S inner', 'bad'],
      status: 'failed',
      message: 'AssertionError: 1 == 2',
    },
    { file: 'm.js', names: ['later'], status: 'skipped', message: undefined },
  ]);
});

test('a report that was cut off is none', () => {
  expect(readSuites('{"testResults": [', '/t')).toBeNull();
  expect(readMocha('[]', '/t')).toBeNull();
});
