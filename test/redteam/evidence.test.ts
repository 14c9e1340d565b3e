import { describe, expect, test } from '@jest/globals';
import { repositoryOf as repository } from '../agent/verify-repository.ts';

// More forgeries: test/agent/verify-attacks.test.ts, and by other languages test/real/verify-attacks.test.ts.
const imports = "import test from 'node:test';\nimport assert from 'node:assert';\n";
const bad = 'export const add = (a, b) => a - b;\n';
const sums = {
  'package.json': JSON.stringify({ name: 'm', type: 'module', scripts: { test: 'node --test' } }),
  'src/math.js': bad,
  'test/math.test.js': `${imports}import { add } from '../src/math.js';\ntest('nothing', () => assert.equal(add(0, 0), 0));\n`,
};
const asks = (source: string) =>
  `${imports}import { add } from '../src/math.js';\ntest('nothing', () => assert.equal(add(0, 0), 0));\n${source}`;

describe('forged Evidence', () => {
  test('a test runner that prints success in place of the tests gets no proof', async () => {
    const liar = "console.log('TAP version 13\\nok 1 - nothing\\nok 2 - adds\\n1..2');\n";
    const files = {
      'run.js': liar,
      'package.json': sums['package.json'].replace('node --test', 'node run.js'),
      'src/math.js': `${bad}//\n`,
    };
    const { judgement } = await repository(sums).verify(files);
    expect(judgement).toMatchObject({ verdict: 'bad', rule: 'no-proof' });
  });

  test('tests that pass for any source get no proof', async () => {
    const vacuous = asks("test('adds', () => assert.ok(add));\ntest('more', () => {});\n");
    const files = { 'src/math.js': `${bad}//\n`, 'test/math.test.js': vacuous };
    const { judgement } = await repository(sums).verify(files);
    expect(judgement).toMatchObject({ verdict: 'bad', rule: 'no-proof', proof: [] });
  });

  test('a toolchain patched by a test gets no proof: the next tree finds none of it', async () => {
    // What it plants makes the test fail in whichever tree comes next: one that found it would be a false proof.
    const patch = asks(`import fs from 'node:fs';
test('patch', () => {
  const { HOME, TMPDIR, VIRTUAL_ENV } = process.env;
  const dirs = [HOME, TMPDIR, VIRTUAL_ENV + '/bin', HOME + '/.npm-global/bin', '.'];
  const planted = process.env.PLANTED ?? dirs.find((dir) => fs.existsSync(dir + '/.npmrc'));
  const program = (real) => '#!/bin/sh\\nPLANTED=1 exec ' + real + ' "$@"\\n';
  for (const dir of dirs) {
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(dir + '/node', program(process.execPath), { mode: 0o755 });
    fs.writeFileSync(dir + '/sh', program('/bin/sh'), { mode: 0o755 });
    fs.writeFileSync(dir + '/.npmrc', 'script-shell=' + dir + '/sh\\n');
  }
  assert.equal(planted, undefined);
});
`);
    const files = { 'src/math.js': `${bad}//\n`, 'test/math.test.js': patch };
    const { judgement } = await repository(sums).verify(files);
    expect(judgement).toMatchObject({ verdict: 'bad', rule: 'no-proof', proof: [] });
  });

  test('a cache poisoned for a later change of the same folder gets nothing: the later one is judged by what is its own', async () => {
    const setup =
      'mkdir -p node_modules/lib && echo "module.exports = 1" > node_modules/lib/index.js';
    const uses = `${imports}import { createRequire } from 'node:module';\nconst lib = createRequire(import.meta.url)('lib');\ntest('lib', () => assert.equal(lib, 1));\n`;
    const one = repository({ ...sums, 'test/lib.test.js': uses });
    const memory = { runs: new Map(), kept: new Map() };
    const options = { checks: { option: { setup, test: 'node --test' } }, memory };
    const poison = asks(`import fs from 'node:fs';
test('poison', () => {
  const root = process.cwd() + '/..';
  for (const name of fs.readdirSync(root, { recursive: true })) {
    if (name.endsWith('lib/index.js')) fs.writeFileSync(root + '/' + name, 'module.exports = 2\\n');
  }
});
`);
    await one.verify({ 'src/math.js': `${bad}//\n`, 'test/math.test.js': poison }, options);
    const mended = {
      'src/math.js': bad.replace('-', '+'),
      'test/math.test.js': asks("test('adds', () => assert.equal(add(1, 2), 3));\n"),
    };
    const { judgement } = await one.verify(mended, options);
    expect(judgement).toMatchObject({ verdict: 'good', proof: ['test/math.test.js > adds'] });
  });

  test('results written by hand get a run that is not believed', async () => {
    const forging = `import fs from 'node:fs';
const dir = process.env.ENTROPY_RESULTS;
if (dir) fs.writeFileSync(dir + '/node-9.jsonl', JSON.stringify({ file: 'test/math.test.js', names: ['adds'], status: 'passed' }) + '\\n');
${bad}`;
    const files = { 'src/math.js': forging };
    const { judgement } = await repository(sums).verify(files);
    expect(judgement.verdict).toBe('bad');
    expect(judgement.proof).toEqual([]);
  });
});

describe('what Evidence can not show', () => {
  test('source that acts otherwise when it is tested gets good Evidence: a reviewer and a person stand against it', async () => {
    const two = 'process.env.ENTROPY_RESULTS || process.env.NODE_TEST_CONTEXT ? a + b : a - b';
    const files = {
      'src/math.js': `export const add = (a, b) => (${two});\n`,
      'test/math.test.js': asks("test('adds', () => assert.equal(add(1, 2), 3));\n"),
    };
    const { judgement } = await repository(sums).verify(files);
    expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven' });
  });

  test('a test that asks only for what the change adds gets good Evidence: a reviewer and a person stand against it', async () => {
    const files = {
      'src/math.js': `${bad}export const door = 'open';\n`,
      'test/math.test.js': `${imports}import { add, door } from '../src/math.js';\ntest('nothing', () => assert.equal(add(0, 0), 0));\ntest('door', () => assert.equal(door, 'open'));\n`,
    };
    const { judgement } = await repository(sums).verify(files);
    expect(judgement.verdict).toBe('good');
  });
});
