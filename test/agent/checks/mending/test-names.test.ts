import { expect, test } from '@jest/globals';
import { testNames } from '../../../../lib/agent/checks/mending/test-names.ts';

test('names that sound like a run of the tests, the plainest first', () => {
  expect(testNames(['all', 'unit-tests', 'test:unit', 'tests', 'unit', 'lint'])).toEqual([
    'unit',
    'tests',
    'test:unit',
    'unit-tests',
  ]);
});

test.each([
  'install-tests',
  'test:watch',
  'clean-test',
  'attest',
  'contest',
  'checkout',
  'test-docker',
  'pretest:x;rm -rf /',
  '$(TESTS)',
  '%.test',
  '-test',
])('%j is none', (name) => {
  expect(testNames([name])).toEqual([]);
});
