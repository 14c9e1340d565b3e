import { describe, expect, test } from '@jest/globals';
import { validateChange } from '../../lib/domain/change.ts';
import { defaultPolicy } from '../../lib/domain/policy.ts';
import type { Rule } from '../../lib/domain/verdict.ts';
import {
  type Files,
  repositoryOf as repository,
  type TestRepository,
  type VerifyOptions,
} from './verify-repository.ts';

const bad = 'export const add = (a, b) => a - b;\nexport const twice = (a) => a * 2;\n';
const imports = "import test from 'node:test';\nimport assert from 'node:assert';\n";
const suite = `${imports}import { add, twice } from '../src/math.js';
test('twice', () => assert.equal(twice(2), 4));
test('adds', () => assert.equal(add(1, 2), 3));
`;
const pkg = { name: 'm', type: 'module', scripts: { test: 'node --test' } };
/** A test of the base fails because of a bug that no attack mends. */
const red = () =>
  repository({
    'package.json': JSON.stringify(pkg),
    'src/math.js': bad,
    'test/math.test.js': suite,
  });

const touched = { 'src/math.js': `${bad}//\n` };
const forge = (names: string) => `#!/bin/sh
d="$ENTROPY_RESULTS"
[ -n "$d" ] && for n in ${names}; do echo "{\\"file\\":\\"test/math.test.js\\",\\"names\\":[\\"$n\\"],\\"status\\":\\"passed\\"}" >> "$d/node-1.jsonl"; done
exit 0
`;

const tiny = (dir: string, more: object = {}) =>
  JSON.stringify({
    name: 'm',
    type: 'module',
    scripts: { test: 'tiny' },
    devDependencies: { tiny: `file:./vendor/${dir}` },
    ...more,
  });
const tinyPackage = JSON.stringify({
  name: 'tiny',
  version: '1.0.0',
  type: 'module',
  bin: 'run.js',
});
const honestRunner = `#!/usr/bin/env node
console.log('TAP version 13');
let n = 0, failed = 0;
globalThis.t = (name, ok) => { n += 1; failed += ok ? 0 : 1; console.log((ok ? 'ok ' : 'not ok ') + n + ' - ' + name); };
await import(process.cwd() + '/test/a.test.js');
console.log('1..' + n);
process.exitCode = failed ? 1 : 0;
`;
const lyingRunner =
  "#!/usr/bin/env node\nconsole.log('TAP version 13\\nok 1 - twice\\nok 2 - adds\\n1..2');\n";
const withRunner = () =>
  repository({
    'package.json': tiny('tiny'),
    'vendor/tiny/package.json': tinyPackage,
    'vendor/tiny/run.js': honestRunner,
    'src/math.js': bad,
    'test/a.test.js':
      "import { add, twice } from '../src/math.js';\nt('twice', twice(2) === 4);\nt('adds', add(1, 2) === 3);\n",
  });
const evilPackage = { 'vendor/evil/package.json': tinyPackage, 'vendor/evil/run.js': lyingRunner };

const script =
  "const { f } = require('./s.js');\nconsole.log('TAP version 13\\n' + (f() === 1 ? 'ok' : 'not ok') + ' 1 - f\\n1..1');\nprocess.exitCode = f() === 1 ? 0 : 1;\n";
const odd = () => repository({ 't.js': script, 's.js': 'exports.f = () => 2;\n' });
const oddOptions = { checks: { option: { test: 'node t.js' } } };

/** Source that writes results of its own, does `spoil` to each file of a reporter, and ends the process well. */
const forging = (spoil: string, ending: string) => `import fs from 'node:fs';
import path from 'node:path';
const dir = process.env.ENTROPY_RESULTS;
if (dir) {
  for (const name of fs.readdirSync(dir).filter((n) => n.startsWith('node-'))) {
    const file = path.join(dir, name);
    fs.rmSync(file);
    ${spoil}
  }
  const line = (n) => JSON.stringify({ file: 'test/math.test.js', names: [n], status: 'passed' }) + '\\n';
  fs.writeFileSync(path.join(dir, 'node-1.jsonl'), line('twice') + line('adds'));
}
${bad}${ending}`;

type Case = [string, () => TestRepository, Files, Rule, RegExp, VerifyOptions?];
const cases: Case[] = [
  [
    'a program in node_modules/.bin',
    red,
    { ...touched, 'node_modules/.bin/node': forge('twice adds') },
    'no-proof',
    /“node_modules\/\.bin\/node” was not used/,
    { programs: ['node_modules/.bin/node'] },
  ],
  [
    'a package in node_modules',
    red,
    { ...touched, 'node_modules/assert/index.js': 'module.exports = { equal() {} };\n' },
    'no-proof',
    /node_modules\/assert\/index\.js” was not used/,
  ],
  [
    'the runner taken from a folder of the change',
    withRunner,
    { ...touched, ...evilPackage, 'package.json': tiny('evil') },
    'no-proof',
    /“package\.json” was not used/,
    { programs: ['vendor/evil/run.js'] },
  ],
  [
    'the runner replaced by an override',
    withRunner,
    {
      ...touched,
      ...evilPackage,
      'package.json': tiny('tiny', { overrides: { tiny: 'file:./vendor/evil' } }),
    },
    'no-proof',
    /“package\.json” was not used/,
  ],
  [
    'a second package with the runner’s program',
    withRunner,
    {
      ...touched,
      ...evilPackage,
      'package.json': tiny('tiny', { dependencies: { evil: 'file:./vendor/evil' } }),
    },
    'no-proof',
    /“package\.json” was not used/,
  ],
  [
    'the file that the test command starts',
    odd,
    { 't.js': "console.log('TAP version 13\\nok 1 - f\\n1..1');\n" },
    'no-proof',
    /“t\.js” was not used/,
    oddOptions,
  ],
  [
    'a script that the test command starts',
    () =>
      repository({
        'check.sh': 'sh more/run.sh\n',
        'more/run.sh': 'true\n',
        'src.txt': 'bad\n',
      }),
    { 'check.sh': 'test -e marker\n', 'more/run.sh': 'test -e marker\n', marker: '' },
    'no-proof',
    /“check\.sh”, “more\/run\.sh” was not used/,
    { checks: { option: { test: './check.sh || sh check.sh' } } },
  ],
  [
    'source that writes the results and ends the process',
    red,
    { 'src/math.js': forging("fs.symlinkSync('/dev/null', file);", 'process.exit(0);\n') },
    'run-doubtful',
    /results are there that none wrote/,
  ],
  [
    'source that puts a folder in the place of the results',
    red,
    { 'src/math.js': forging('fs.mkdirSync(file);', '') },
    'run-doubtful',
    /results are there that none wrote/,
  ],
  [
    'source that puts a pipe in the place of the results',
    red,
    {
      'src/math.js': `import { execFileSync } from 'node:child_process';\n${forging("execFileSync('mkfifo', [file]);", 'process.exit(0);\n')}`,
    },
    'run-doubtful',
    /results are there that none wrote/,
  ],
  [
    'a test that leaves a program among the tools',
    red,
    {
      ...touched,
      'test/z.test.js': `${imports}import fs from 'node:fs';
test('z', () => {
  const dir = process.env.VIRTUAL_ENV + '/bin';
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(dir + '/node', ${JSON.stringify(forge('twice adds z'))}, { mode: 0o755 });
});
`,
    },
    'no-proof',
    /No test fails without/,
  ],
  [
    'a test that mends the source while it runs',
    red,
    {
      ...touched,
      'test/a.test.js': `${imports}import fs from 'node:fs';
fs.writeFileSync('src/math.js', ${JSON.stringify(bad.replace('a - b', 'a + b'))});
test('a', () => {});
`,
    },
    'run-doubtful',
    /the run changed src\/math\.js/,
  ],
];

describe('a change that would pass for mended without mending anything', () => {
  test.each(cases)('%s', async (_name, base, files, rule, said, options = {}) => {
    const { judgement } = await base().verify(files, options);
    expect(judgement).toMatchObject({ verdict: 'bad', rule });
    expect(judgement.detail).toMatch(said);
  });
});

test.each([
  'node_modules/.bin/node',
  'a/node_modules/b.js',
  '.venv/bin/python3',
  'evil-1.0.dist-info/entry_points.txt',
])('policy refuses what a package manager installs: %s', (path) => {
  const change = {
    kind: 'change-set' as const,
    base: 'b',
    title: 't',
    body: 'b',
    files: [{ path, mode: '100644' as const, content: '' }],
  };
  expect(() => validateChange(change, 'b', defaultPolicy)).toThrow(/^protected: /);
});
