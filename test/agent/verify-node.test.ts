import { describe, expect, test } from '@jest/globals';
import { evidenceSchema } from '../../lib/domain/evidence.ts';
import { policySchema } from '../../lib/domain/policy.ts';
import {
  type Files,
  repositoryOf as repository,
  type TestRepository,
} from './verify-repository.ts';

const good = 'export const add = (a, b) => a + b;\nexport const twice = (a) => a * 2;\n';
const bad = 'export const add = (a, b) => a - b;\nexport const twice = (a) => a * 2;\n';
const imports = "import test from 'node:test';\nimport assert from 'node:assert';\n";
const twice = "test('twice', () => assert.equal(twice(2), 4));\n";
const add = "test('adds', () => assert.equal(add(1, 2), 3));\n";
const suite = `${imports}import { add, twice } from '../src/math.js';\n${twice}`;

/** The bug is not caught by the base's tests. */
const silent = (): TestRepository =>
  repository({
    'package.json': JSON.stringify({ name: 'm', type: 'module', scripts: { test: 'node --test' } }),
    'src/math.js': bad,
    'test/math.test.js': suite,
    'README.md': '# m\n',
  });
/** A test of the base fails because of the bug. */
const red = (): TestRepository =>
  repository({
    'package.json': JSON.stringify({ name: 'm', type: 'module', scripts: { test: 'node --test' } }),
    'src/math.js': bad,
    'test/math.test.js': suite + add,
  });

describe('a right change', () => {
  test('with a test that shows it is good', async () => {
    const { evidence, judgement, events } = await silent().verify({
      'src/math.js': good,
      'test/math.test.js': suite + add,
    });
    expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
    expect(judgement.proof).toEqual(['test/math.test.js > adds']);
    expect(evidence.paths).toEqual({
      source: ['src/math.js'],
      tests: ['test/math.test.js'],
      definitions: [],
    });
    expect(evidence.checks).toEqual({
      ecosystem: 'node',
      source: 'found',
      setup: [],
      test: 'node --test',
    });
    expect(events.map((event) => event.run)).toEqual([
      undefined,
      'base',
      'testsOnly',
      'change',
      'baseTests',
    ]);
    expect(evidenceSchema.parse(evidence)).toEqual(evidence);
  });

  test('that mends a red test of the base is good, and equal trees are run once', async () => {
    const { judgement, events } = await red().verify({ 'src/math.js': good });
    expect(judgement).toMatchObject({ verdict: 'good', proof: ['test/math.test.js > adds'] });
    expect(events.filter(({ step }) => step === 'reused').map(({ run }) => run)).toEqual([
      'testsOnly',
      'baseTests',
    ]);
  });

  test('whose tests do not load without it is good by the weaker proof', async () => {
    const { judgement } = await silent().verify({
      'src/sub.js': 'export const sub = (a, b) => a - b;\n',
      'test/sub.test.js': `${imports}import { sub } from '../src/sub.js';\ntest('subtracts', () => assert.equal(sub(3, 1), 2));\n`,
    });
    expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: true });
    expect(judgement.proof).toEqual(['test/sub.test.js > subtracts']);
  });

  test('to exempt paths alone needs no proof', async () => {
    const policy = policySchema.parse({ version: 1, evidence: { exempt: ['**/*.md'] } });
    const base = silent();
    const seen = await base.verify({ 'README.md': '# better\n' }, { policy });
    expect(seen.judgement).toMatchObject({ verdict: 'good', rule: 'exempt' });
    const both = { 'README.md': '# better\n', 'src/math.js': `${bad}\n` };
    expect((await base.verify(both, { policy })).judgement.rule).toBe('no-proof');
  });
});

describe('a wrong change is never a success, and the rule is named', () => {
  const cases: [string, () => TestRepository, Files, string, RegExp][] = [
    [
      'one that breaks a test',
      silent,
      { 'src/math.js': good.replace('a * 2', 'a * 3'), 'test/math.test.js': suite + add },
      'test-broken',
      /“test\/math\.test\.js > twice”/,
    ],
    ['a no-op', silent, { 'src/math.js': `${bad}// fixed\n` }, 'no-proof', /No test fails without/],
    [
      'tests only',
      silent,
      { 'test/math.test.js': `${suite}test('more', () => {});\n` },
      'no-proof',
      /touches no source/,
    ],
    [
      'a failing new test without the source',
      silent,
      { 'test/math.test.js': suite + add },
      'test-broken',
      /that the base does not have fail with the change: “test\/math\.test\.js > adds”/,
    ],
    [
      'the failing test deleted',
      red,
      { 'src/math.js': `${bad}\n`, 'test/math.test.js': suite },
      'test-gone',
      /“test\/math\.test\.js > adds”/,
    ],
    ['the test file deleted', red, { 'test/math.test.js': null }, 'test-gone', /ran no test|adds/],
    [
      'the failing test skipped',
      red,
      { 'test/math.test.js': suite + add.replace('test(', 'test.skip(') },
      'test-skipped',
      /adds/,
    ],
    [
      'the failing test made a todo',
      red,
      { 'test/math.test.js': suite + add.replace('test(', 'test.todo(') },
      'test-skipped',
      /adds/,
    ],
    [
      'the failing test emptied',
      red,
      { 'src/math.js': `${bad}\n`, 'test/math.test.js': `${suite}test('adds', () => {});\n` },
      'no-proof',
      /pass only as the change rewrote them: “test\/math\.test\.js > adds”/,
    ],
    [
      'exit 0 in the test command',
      red,
      {
        'package.json': JSON.stringify({ name: 'm', type: 'module', scripts: { test: 'exit 0' } }),
      },
      'no-proof',
      /taken from the base, so the change's version of “package\.json” was not used/,
    ],
    [
      'a test command that chooses its tests',
      red,
      {
        'package.json': JSON.stringify({
          name: 'm',
          type: 'module',
          scripts: { test: 'node --test --test-skip-pattern=adds' },
        }),
      },
      'no-proof',
      /package\.json/,
    ],
    [
      'an edited runner configuration',
      red,
      { '.npmrc': 'node-options=--test-name-pattern=twice\n' },
      'no-proof',
      /\.npmrc/,
    ],
    [
      'an edited .entropy.yml',
      red,
      { '.entropy.yml': 'version: 1\nchecks:\n  test: exit 0\n' },
      'no-proof',
      /\.entropy\.yml/,
    ],
    [
      'a vacuous new test beside a no-op',
      silent,
      {
        'src/math.js': `${bad}// fixed\n`,
        'test/math.test.js': `${suite}test('adds', () => assert.ok(true));\n`,
      },
      'no-proof',
      /No test fails without/,
    ],
    [
      'a test that ends the process',
      silent,
      { 'test/math.test.js': `${imports}test('adds', () => process.exit(0));\n` },
      'test-gone',
      /twice/,
    ],
    [
      'source that does not load',
      silent,
      { 'src/math.js': 'export const add = (;\n' },
      'test-broken',
      /do not compile or load/,
    ],
  ];
  test.each(cases)('%s', async (_name, base, files, rule, said) => {
    const { judgement } = await base().verify(files);
    expect(judgement).toMatchObject({ rule });
    expect(judgement.verdict).toBe('bad');
    expect(judgement.detail).toMatch(said);
  });
});
