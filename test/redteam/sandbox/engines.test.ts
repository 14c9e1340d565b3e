import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { rigOf } from '../../local/sandbox/rig.ts';
import { engineMachine, looksForEngines, npmFolder, seenIn } from './engine-machine.ts';

const machine = engineMachine();
afterAll(() => machine.remove());

/** What a tool finds that looks everywhere; every engine lies beside the harness's own dependencies as well. */
async function seenBy(played: 'codex' | 'builtin' | 'command') {
  const rig = await rigOf(looksForEngines, 'bubblewrap', machine.optionsFor(played));
  const dependencies = join(rig.options.harness.root, 'node_modules');
  for (const folder of ['.', '.cache/some/node_modules']) npmFolder(join(dependencies, folder));
  return seenIn(rig);
}

test('a tool that looks everywhere in bubblewrap finds the engine that plays its stage, and no other', async () => {
  expect(await seenBy('codex')).toEqual({ ran: ['codex ran'], given: { codex: 'codex ran' } });
});

test('where our own loop plays it finds none', async () => {
  expect(await seenBy('builtin')).toEqual({ ran: [], given: {} });
});

test('a command line of one’s own finds all that is on the PATH: it may be any program', async () => {
  const all = ['claude-code ran', 'codex ran', 'opencode ran'];
  expect(await seenBy('command')).toEqual({ ran: all, given: {} });
});
