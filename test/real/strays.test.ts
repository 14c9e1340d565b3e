import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { exec } from '../../lib/agent/exec.ts';

/** A container of somebody else's: in a pid namespace of its own, below the machine's. */
let bystander: ChildProcess;
beforeEach(async () => {
  const apart = [
    '--unshare-user',
    '--unshare-pid',
    '--die-with-parent',
    '--dev-bind',
    '/',
    '/',
    '--proc',
    '/proc',
  ];
  bystander = spawn('/usr/bin/bwrap', [...apart, 'sh', '-c', 'echo up; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(bystander.stdout as NonNullable<typeof bystander.stdout>, 'data');
});
afterEach(async () => {
  const closed = once(bystander, 'close');
  bystander.kill('SIGKILL');
  await closed;
});

test('on the machine itself a wrapped command that ends takes no container of others with it', async () => {
  const ended = await exec({
    run: 'true',
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    wrapper: ['env'],
    timeoutMs: 60_000,
    outputLimit: 1_000,
  });
  expect(ended.exitCode).toBe(0);
  expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
});
