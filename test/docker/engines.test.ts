import { afterAll, expect, test } from '@jest/globals';
import { engineMachine, looksForEngines, seenIn } from '../redteam/sandbox/engine-machine.ts';
import { dockerRig } from './docker-rig.ts';

const machine = engineMachine();
afterAll(() => machine.remove());

test('a tool that looks everywhere in a container finds the engine that plays its stage, and no other', async () => {
  const seen = await seenIn(await dockerRig(looksForEngines, machine.optionsFor('codex')));
  expect(seen).toEqual({ ran: ['codex ran'], given: { codex: 'codex ran' } });
});

test('where our own loop plays it finds none', async () => {
  const seen = await seenIn(await dockerRig(looksForEngines, machine.optionsFor('builtin')));
  expect(seen).toEqual({ ran: [], given: {} });
});
