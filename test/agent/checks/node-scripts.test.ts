import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { scriptText } from '../../../lib/agent/checks/node-scripts.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';

test('scripts are written out with those that they call, and with their steps before and after', () => {
  const scripts = { test: 'npm run unit && echo done', preunit: 'tsc', unit: 'node --test' };
  expect(scriptText(scripts, 'test')).toBe('( (tsc) && (node --test)) && echo done');
  expect(scriptText(scripts, 'lint')).toBeUndefined();
});

test('scripts that call each other many times over stay short', () => {
  const calling = (name: string) =>
    Array.from({ length: 200 }, () => `npm run ${name}`).join(' && ');
  const scripts = { test: calling('b'), b: calling('c'), c: calling('d'), d: calling('e'), e: 'x' };
  expect(scriptText(scripts, 'test')?.length).toBeLessThan(1_000_000);
});

/** Each script that is called, as the shell sees it: it says its name and MODE. */
const unit = 'say unit';
const rows: readonly (readonly [string, string, readonly string[]])[] = [
  ['npm run unit', '(say unit)', ['unit -']],
  ['cross-env MODE=a npm run unit', 'cross-env MODE=a say unit', ['unit a']],
  ['c8 -r text npm run unit', 'c8 -r text say unit', ['unit -']],
  ['nyc npm run unit && npm run -s unit', 'nyc say unit && (say unit)', ['unit -', 'unit -']],
  ['MODE=b npm run unit', '(MODE=b; export MODE; say unit)', ['unit b']],
  [
    `say x; MODE="a b" OTHER='c;d' npm run unit || say y`,
    `say x; (MODE="a b" OTHER='c;d'; export MODE OTHER; say unit) || say y`,
    ['x -', 'unit a b'],
  ],
  ['MODE=c npm run both', '(MODE=c; export MODE; say one && say two)', ['one c', 'two c']],
  ['(npm run steps)', '( ( (say before) && (say steps)))', ['before -', 'steps -']],
  ['npm run steps', '( (say before) && (say steps))', ['before -', 'steps -']],
  ['say x | npm run unit', 'say x | (say unit)', ['unit -']],
  // What can't be written out there is called as before.
  ['c8 npm run both', 'c8 npm run both', ['npm run both -']],
  ['c8 npm run steps', 'c8 npm run steps', ['npm run steps -']],
  ['say npm run unit', 'say npm run unit', ['npm run unit -']],
  [`say "; npm run unit;"`, `say "; npm run unit;"`, ['; npm run unit; -']],
  ['MODE=$(npm run unit) say z', 'MODE=$(npm run unit) say z', ['z npm run unit -']],
];

function toolsOf(): string {
  const folder = freshFolder();
  const tools = {
    say: '#!/bin/sh\necho "$* $MODE"',
    npm: '#!/bin/sh\necho "npm $* $MODE"',
    'cross-env': '#!/bin/sh\nexec env "$@"',
    c8: '#!/bin/sh\n[ "$1" = -r ] && shift 2\nexec "$@"',
    nyc: '#!/bin/sh\nexec "$@"',
  };
  for (const [name, text] of Object.entries(tools)) {
    writeFileSync(`${folder}/${name}`, `${text}\n`);
    chmodSync(`${folder}/${name}`, 0o755);
  }
  return folder;
}

test.each(rows)('%s is what a shell runs', (script, written, said) => {
  const scripts = {
    ...{ test: script, unit, both: 'say one && say two' },
    ...{ presteps: 'say before', steps: 'say steps' },
  };
  const text = scriptText(scripts, 'test') ?? '';
  expect(text).toBe(written);
  const env = { MODE: '-', PATH: `${toolsOf()}:${process.env.PATH}` };
  for (const shell of ['bash', 'sh']) {
    const seen = execFileSync(shell, ['-c', text], { env, encoding: 'utf8' });
    expect([shell, ...seen.trim().split('\n')]).toEqual([shell, ...said]);
  }
});
