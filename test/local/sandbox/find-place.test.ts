import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { findPlace } from '../../../lib/local/sandbox/find-place.ts';
import { probeSandbox } from '../../../lib/local/sandbox/probe.ts';
import { dockerProgram, root } from './docker/docker-program.ts';
import { recordsIn, rigOf } from './rig.ts';

const top = mkdtempSync(join(tmpdir(), 'find-place-'));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(top, 'one-'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

test('a stage is started in what was found before the run, which is not tried out again', async () => {
  const docker = dockerProgram(folder);
  const machine = { docker: docker.settings, root, dataDir: join(folder, 'data') };
  expect(await probeSandbox('docker', machine)).toMatchObject({ works: true });
  expect(docker.calls('run')).toHaveLength(1);
  const made = await rigOf('', 'docker', {
    docker: docker.settings,
    harness: { node: process.execPath, main: join(root, 'task-image', 'main.ts'), root },
  });
  try {
    // The stage itself is not of interest: it is cut off before its container starts.
    expect(await made.run({ signal: AbortSignal.abort() })).toMatchObject({ ended: 'aborted' });
  } finally {
    await made.remove();
  }
  expect(docker.calls('run')).toHaveLength(1);
  expect(docker.calls('info')).toHaveLength(1);
});

test('what did not work is tried again, and other settings are tried for themselves', async () => {
  const none = { docker: { image: 'any', env: { PATH: join(folder, 'bin') } }, root };
  expect(await findPlace('docker', none)).toHaveProperty('reason');
  const docker = dockerProgram(folder);
  Object.assign(none.docker.env, docker.settings.env);
  expect(await findPlace('docker', none)).toMatchObject({ kind: 'docker' });
  const other = { docker: { ...none.docker }, root };
  expect(await findPlace('docker', other)).toMatchObject({ kind: 'docker' });
  expect(docker.calls('run')).toHaveLength(2);
});

test('a trial leaves neither container nor record', async () => {
  const docker = dockerProgram(folder);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  await findPlace('docker', { docker: docker.settings, root, dataDir });
  expect([docker.containers(), recordsIn(dataDir)]).toEqual([[], []]);
});
