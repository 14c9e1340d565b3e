import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PolicyViolation } from '../../lib/domain/errors.ts';
import { git, repositoryOf as repository } from './verify-repository.ts';

const imports = "import test from 'node:test';\nimport assert from 'node:assert';\n";
const pkg = (script: string, more: object = {}) =>
  JSON.stringify({ name: 'm', type: 'module', scripts: { test: script }, ...more });
const math = {
  'package.json': pkg('node --test'),
  'src/math.js': 'export const one = 2;\n',
  'test/math.test.js': `${imports}import { one } from '../src/math.js';\ntest('one', () => assert.equal(one, 1));\ntest('other', () => {});\n`,
};
const mended = { 'src/math.js': 'export const one = 1;\n' };
const sourceIn = (tree: string) => readFileSync(join(tree, 'src/math.js'), 'utf8');

describe('runs', () => {
  test('a test that fails and then passes on the same tree is flaky: named, and no proof', async () => {
    const flaky = `${imports}import { existsSync, writeFileSync } from 'node:fs';\nimport { tmpdir } from 'node:os';\ntest('now and then', () => { const f = tmpdir() + '/ran'; const ran = existsSync(f); writeFileSync(f, ''); assert.ok(ran); });\n`;
    const base = repository({ ...math, 'test/flaky.test.js': flaky });
    const { judgement } = await base.verify({ 'src/math.js': 'export const one = 3;\n' });
    expect(judgement).toMatchObject({ verdict: 'bad', rule: 'no-proof' });
    expect(judgement.flaky).toEqual(['test/flaky.test.js > now and then']);
    const good = await base.verify(mended);
    expect(good.judgement).toMatchObject({ verdict: 'good', proof: ['test/math.test.js > one'] });
  });

  test('tests that never end are not waited for', async () => {
    const { evidence, judgement } = await repository(math).verify(
      { ...mended, 'src/math.js': 'export const one = 1;\nsetInterval(() => {}, 1000);\n' },
      // The base and what else ends has all the time it needs.
      { commandMsIn: (tree) => (sourceIn(tree).includes('setInterval') ? 4000 : undefined) },
    );
    expect(evidence.runs?.base.state).toBe('completed');
    expect(evidence.runs?.change.state).toBe('timed-out');
    expect(judgement).toMatchObject({ verdict: 'bad', rule: 'test-broken' });
    expect(judgement.detail).toMatch(/do not end with the change/);
  });

  test('a gate behind the tests counts, though every test passes', async () => {
    const base = repository({
      ...math,
      'package.json': pkg('node --test; r=$?; node gate.js && exit $r'),
      'gate.js':
        "import { readFileSync } from 'node:fs';\nif (/debugger/.test(readFileSync('src/math.js', 'utf8'))) process.exit(9);\n",
    });
    const { judgement } = await base.verify({
      'src/math.js': 'export const one = 1; // debugger\n',
    });
    expect(judgement).toMatchObject({ verdict: 'bad', rule: 'test-broken' });
    expect(judgement.detail).toMatch(/Every test passes with the change, and yet/);
  });

  test('nothing of the run is left in the repository, and every tree stands at the same place', async () => {
    const base = repository({
      ...math,
      'test/place.test.js': `${imports}test('place ' + process.cwd().split('/').at(-1), () => {});\n`,
    });
    const { evidence } = await base.verify(mended);
    const places = Object.values(evidence.runs ?? {}).map(
      (run) => run.tests?.find(({ id }) => id.includes('place'))?.id,
    );
    expect(new Set(places)).toEqual(new Set(['test/place.test.js > place tree']));
    expect(git(base.dir, 'status', '--porcelain')).toBe('');
    expect(git(base.dir, 'rev-parse', 'HEAD')).toBe(base.base);
  });

  test('the tree of the Evidence is the change as it would be committed', async () => {
    const base = repository(math);
    const files = { ...mended, 'package.json': pkg('exit 0') };
    const { evidence } = await base.verify(files);
    const clone = repository({ ...math, ...files });
    expect(evidence.tree).toBe(git(clone.dir, 'rev-parse', 'HEAD^{tree}'));
    expect(evidence.paths.definitions).toEqual(['package.json']);
  });

  test('the scrubbed environment and a home of its own are all that tests see', async () => {
    const base = repository({
      ...math,
      'test/env.test.js': `${imports}test('home', () => assert.match(process.env.HOME, /checks.home$/));\ntest('secret', () => assert.equal(process.env.NODE_EXTRA_CA_CERTS, undefined));\n`,
    });
    const { evidence } = await base.verify(mended);
    expect(evidence.runs?.change.tests?.every(({ status }) => status === 'passed')).toBe(true);
  });
});

describe('set-up', () => {
  test('runs in each tree, with the registries open only meanwhile', async () => {
    const checks = { policy: { setup: ['cp src/math.js made.js'], test: 'node --test' } };
    const files = {
      ...math,
      'test/math.test.js': math['test/math.test.js'].replace('../src/math.js', '../made.js'),
    };
    const { judgement, setups } = await repository(files).verify(mended, { checks });
    expect(judgement.verdict).toBe('good');
    expect(setups).toBe(2);
  });

  test('that fails on the base leaves nothing to judge by', async () => {
    const checks = { policy: { setup: ['echo no such thing; exit 3'] } };
    const { evidence, judgement } = await repository(math).verify(mended, { checks });
    expect(judgement).toMatchObject({ verdict: 'unavailable', rule: 'setup-failed' });
    expect(evidence.runs).toBeUndefined();
    expect(evidence.unavailable).toMatch(/ended with 3[\s\S]*no such thing/);
  });

  test('that fails with the change only is the change’s fault', async () => {
    const checks = { policy: { setup: ['grep -q 2 src/math.js'] } };
    const { judgement } = await repository(math).verify(mended, { checks });
    expect(judgement).toMatchObject({ verdict: 'bad', rule: 'setup-failed' });
  });

  test('what it does to tests and definitions is undone', async () => {
    const checks = {
      policy: { setup: ['echo > test/math.test.js; sed -i s/--test/--version/ package.json'] },
    };
    const { judgement } = await repository(math).verify(mended, { checks });
    expect(judgement).toMatchObject({ verdict: 'good', proof: ['test/math.test.js > one'] });
  });
});

describe('without results per test', () => {
  const plain = {
    'check.sh': 'grep -q right answer.txt\n',
    'answer.txt': 'wrong\n',
    'tests/more.sh': 'true\n',
  };
  const checks = { option: { test: 'sh check.sh && sh tests/more.sh' } };

  test('red before is inconclusive, whatever comes after', async () => {
    const { judgement } = await repository(plain).verify({ 'answer.txt': 'right\n' }, { checks });
    expect(judgement).toMatchObject({ verdict: 'inconclusive', rule: 'red-without-test-results' });
  });

  test('a test that fails alone and passes with the source is the weaker proof', async () => {
    const base = repository({ ...plain, 'answer.txt': 'right\n' });
    const change = { 'answer.txt': 'right\nmore\n', 'tests/more.sh': 'grep -q more answer.txt\n' };
    const { judgement } = await base.verify(change, { checks });
    expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: true });
  });

  test('TAP on standard output is enough to tell', async () => {
    const script =
      'echo 1..1\nif grep -q right answer.txt; then echo ok 1 - right; else echo not ok 1 - right; exit 1; fi\n';
    const base = repository({
      'run.sh': script,
      'answer.txt': 'wrong\n',
      Makefile: 'test:\n\tsh run.sh\n',
    });
    const tap = { option: { test: 'sh run.sh' } };
    const { judgement } = await base.verify({ 'answer.txt': 'right\n' }, { checks: tap });
    expect(judgement).toMatchObject({ verdict: 'good', proof: ['right'] });
  });
});

test('a repository without checks is told so, and how to mend it', async () => {
  const { evidence, judgement } = await repository({ 'a.txt': 'a\n' }).verify({ 'a.txt': 'b\n' });
  expect(judgement).toMatchObject({ verdict: 'unavailable', rule: 'checks-unavailable' });
  expect(evidence.checks).toBeNull();
  expect(judgement.detail).toMatch(/\.entropy\.yml/);
});

test.each(['../outside.js', '.git/hooks/pre-commit', 'a/../../b.js', '/etc/x'])(
  'a change can not reach %s',
  async (path) => {
    await expect(repository(math).verify({ [path]: 'x' })).rejects.toThrow(PolicyViolation);
  },
);
