import { expect, test } from '@jest/globals';
import { probeSandbox } from '../../../lib/local/sandbox/probe.ts';
import { noDocker } from './rig.ts';

const machine = { docker: noDocker, root: '/nonexistent' };

test('a process works anywhere and says that it is no boundary', async () => {
  const probe = await probeSandbox('process', machine);
  expect(probe.works).toBe(true);
  expect(probe.reason).toContain('no boundary');
});

test('bubblewrap works, or it is said how to mend it', async () => {
  const { works, reason } = await probeSandbox('bubblewrap', machine);
  expect(reason).toMatch(works ? /^bubblewrap: / : /`--sandbox process`/);
});

test('without Docker it is said what to install', async () => {
  expect(await probeSandbox('docker', machine)).toEqual({
    works: false,
    reason: 'Docker is not installed: install its engine (Debian: docker.io)',
  });
});
