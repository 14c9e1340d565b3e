import { expect, test } from '@jest/globals';
import { inspectMachine } from '../../../lib/local/upkeep/inspect-machine.ts';
import { noDocker } from '../sandbox/rig.ts';

test('tells of Node, git and all kinds of sandbox, and what to do where one does not work', async () => {
  const found = await inspectMachine({ docker: noDocker, root: '/nonexistent' });
  expect(found.map(({ name }) => name)).toEqual([
    'node',
    'git',
    'sandbox docker',
    'sandbox bubblewrap',
    'sandbox process',
    'sandbox auto',
  ]);
  const [docker, bubblewrap, , auto] = found.slice(2);
  expect(docker).toMatchObject({ state: 'warning', detail: expect.stringContaining('docker.io') });
  expect(auto?.state).toBe(bubblewrap?.state);
  if (auto?.state === 'ok') expect(auto.detail).toMatch(/^bubblewrap \(not docker: Docker is not/);
  for (const { name, state, fix } of found) {
    if (!/docker|bubblewrap|auto/.test(name)) expect([name, state]).toEqual([name, 'ok']);
    expect(fix === undefined).toBe(state === 'ok');
  }
});
