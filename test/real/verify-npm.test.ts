import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmPackage } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

/** The base's package.json with some other members. */
const packageWith = (text: string, members: object): string =>
  JSON.stringify({ ...JSON.parse(text || '{}'), ...members }, null, 2);

const higher = 'if (na > nb) return 1;';
const cmp = "require('tape')('cmp', t => t.end());\n";

showsTheRule({
  name: 'tape, installed by set-up: semver-compare',
  fetch: npmPackage('semver-compare', '1.0.0'),
  file: 'index.js',
  right: higher,
  wrong: 'if (na > nb) return -1;',
  proof: 'cmp',
  wrongs: (read) => ({
    'a wrong change': [
      { 'index.js': read('index.js').replace('if (nb > na) return -1;', 'if (nb > na) return 0;') },
      'no-proof',
      /No test fails without/,
    ],
    'tests only': [{ 'test/more.js': cmp.replace('cmp', 'more') }, 'no-proof', /touches no source/],
    'the failing test deleted': [
      { 'test/cmp.js': cmp.replace('cmp', 'another') },
      'test-gone',
      /“cmp”/,
    ],
    'the failing test emptied': [
      { 'test/cmp.js': "require('tape')('cmp', t => { t.pass(); t.end(); });\n" },
      'no-proof',
      /pass only as the change rewrote them: “cmp”/,
    ],
    'exit 0 in the test command': [
      { 'package.json': packageWith(read('package.json'), { scripts: { test: 'exit 0' } }) },
      'no-proof',
      /package\.json” was not used/,
    ],
    'a command that prints its own results': [
      {
        'package.json': packageWith(read('package.json'), {
          scripts: { test: "printf 'TAP version 13\\n# cmp\\nok 1\\n1..1\\n'" },
        }),
      },
      'no-proof',
      /package\.json” was not used/,
    ],
    'an edited .entropy.yml': [
      { '.entropy.yml': 'version: 1\nchecks:\n  test: exit 0\n' },
      'no-proof',
      /\.entropy\.yml” was not used/,
    ],
    'a vacuous new test beside a no-op': [
      {
        'index.js': `${read('index.js')}// fixed\n`,
        'test/more.js': "require('tape')('more', t => { t.pass(); t.end(); });\n",
      },
      'no-proof',
      /No test fails without/,
    ],
  }),
});

const once = 'warning.emitted === true && warning.unlimited !== true';
showsTheRule({
  name: 'node:test by an operator’s option: process-warning',
  fetch: npmPackage('process-warning', '5.0.0'),
  file: 'index.js',
  right: once,
  wrong: 'warning.emitted === true && warning.unlimited === true',
  options: { checks: { option: { setup: '', test: 'node --test test/*.test.js' } } },
  proof: 'test/emit-once-only.test.js > emit should emit a given code only once',
  wrongs: (read) => ({
    'a no-op': [
      { 'index.js': `${read('index.js')}// fixed\n` },
      'no-proof',
      /No test fails without/,
    ],
    'the failing test deleted': [
      { 'test/emit-once-only.test.js': null },
      'test-gone',
      /emit-once-only/,
    ],
    'the failing test skipped': [
      {
        'test/emit-once-only.test.js': read('test/emit-once-only.test.js').replace(
          /^test\(/m,
          'test.skip(',
        ),
      },
      'test-skipped',
      /emit-once-only/,
    ],
  }),
});

/** The package as its author would have it under another manager. */
const managedBy = (manager: string) => (dir: string) => {
  npmPackage('semver-compare', '1.0.0')(dir);
  const path = join(dir, 'package.json');
  writeFileSync(path, packageWith(readFileSync(path, 'utf8'), { packageManager: manager }));
};

for (const manager of ['pnpm@9.15.4', 'yarn@1.22.22', 'yarn@4.5.3']) {
  showsTheRule({
    name: `${manager}: semver-compare`,
    fetch: managedBy(manager),
    file: 'index.js',
    right: higher,
    wrong: 'if (na > nb) return -1;',
    proof: 'cmp',
    wrongs: (read) => ({
      'a no-op with another manager': [
        {
          'index.js': `${read('index.js')}// fixed\n`,
          'package.json': packageWith(read('package.json'), { packageManager: 'pnpm@1.0.0' }),
        },
        'no-proof',
        /package\.json” was not used/,
      ],
      'the failing test deleted': [
        { 'test/cmp.js': cmp.replace('cmp', 'another') },
        'test-gone',
        /“cmp”/,
      ],
    }),
  });
}
