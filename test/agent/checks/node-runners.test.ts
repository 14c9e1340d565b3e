import { expect, test } from '@jest/globals';
import { adaptNodeCommand } from '../../../lib/agent/checks/node-runners.ts';

const channel = { dir: '/r', tree: '/t' };

test.each([
  ['node --test', 'node --test'],
  ['jest --ci', "jest --ci --json --outputFile='/r/jest-1.json'"],
  [
    'xo && c8 mocha test && echo "a && b"',
    `xo && c8 mocha test --reporter json --reporter-option output='/r/mocha-1.json' && echo "a && b"`,
  ],
  [
    '(npm run build) && (cross-env A=1 vitest run)',
    "(npm run build) && (cross-env A=1 vitest run --reporter=default --reporter=json --outputFile='/r/vitest-1.json')",
  ],
  ['ava', 'ava --tap'],
  ['(mocha)', "(mocha --reporter json --reporter-option output='/r/mocha-1.json')"],
  ['tape test/*.js | tap-spec', "tape test/*.js | tee -a '/r/piped.tap' | tap-spec"],
  ['node --test --test-reporter=dot --test-reporter-destination stdout test/', 'node --test test/'],
])('%s', (command, adapted) => {
  expect(adaptNodeCommand(command, channel).replaceAll('  ', ' ')).toBe(
    adapted.replaceAll('  ', ' '),
  );
});
