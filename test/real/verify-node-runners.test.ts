import { sample } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const source = 'exports.add = (a, b) => a + b;\nexports.twice = (a) => a * 2;\n';

/** A test file: how it gets at what it needs, and how it says that a value is the one expected. */
const specOf = (imports: string, says: (value: string, expected: number) => string) => `${imports}
describe('sums', () => {
  it('adds', () => { ${says('add(1, 2)', 3)} });
  it('doubles', () => { ${says('twice(2)', 4)} });
});
`;
const required = "const { add, twice } = require('../sums.js');";
const expects = (value: string, expected: number) => `expect(${value}).toBe(${expected});`;

interface Runner {
  readonly name: string;
  readonly version: string;
  readonly command: string;
  readonly path: string;
  readonly spec: string;
}
const runners: readonly Runner[] = [
  {
    ...{ name: 'mocha', version: '10.8.2', command: 'mocha', path: 'test/sums.test.js' },
    spec: specOf(
      `const assert = require('node:assert');\n${required}`,
      (value, expected) => `assert.equal(${value}, ${expected});`,
    ),
  },
  {
    ...{ name: 'vitest', version: '2.1.8', command: 'vitest run', path: 'test/sums.test.mjs' },
    spec: specOf(
      "import { describe, expect, it } from 'vitest';\nimport { add, twice } from '../sums.js';",
      expects,
    ),
  },
  {
    ...{ name: 'jest', version: '29.7.0', command: 'jest', path: 'test/sums.test.js' },
    spec: specOf(required, expects),
  },
];

for (const { name, version, command, path, spec } of runners) {
  const scripts = { test: command };
  const devDependencies = { [name]: version };
  showsTheRule({
    name,
    fetch: sample({
      'package.json': JSON.stringify({ name: 'sums', version: '1.0.0', scripts, devDependencies }),
      'sums.js': source,
      [path]: spec,
    }),
    file: 'sums.js',
    right: 'a + b',
    wrong: 'a - b',
    proof: `${path} > sums > adds`,
    wrongs: (read) => ({
      'a no-op': [
        { 'sums.js': `${read('sums.js')}// mended\n` },
        'no-proof',
        /No test fails without/,
      ],
      'the failing test deleted': [
        { [path]: spec.replace("it('adds'", "it('another'") },
        'test-gone',
        /adds/,
      ],
    }),
  });
}
