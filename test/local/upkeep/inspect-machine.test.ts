import { expect, test } from '@jest/globals';
import { inspectMachine } from '../../../lib/local/upkeep/inspect-machine.ts';

test('tells of Node, git and both kinds of sandbox, and what to do where one does not work', async () => {
  const found = await inspectMachine();
  expect(found.map(({ name }) => name)).toEqual([
    'node',
    'git',
    'sandbox bubblewrap',
    'sandbox process',
  ]);
  for (const { name, state, fix } of found) {
    if (name !== 'sandbox bubblewrap') expect([name, state]).toEqual([name, 'ok']);
    expect(fix === undefined).toBe(state === 'ok');
  }
});
