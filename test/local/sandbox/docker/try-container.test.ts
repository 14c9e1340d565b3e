import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { processesWith, recordsIn, rigOf, until } from '../rig.ts';
import { serverProcess } from '../server-process.ts';
import { dockerProgram, root } from './docker-program.ts';

test('what a trial leaves that was killed midway is removed at the next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'try-container-'));
  const docker = dockerProgram(folder, true);
  const made = await rigOf('', 'docker', {
    docker: docker.settings,
    harness: { node: process.execPath, main: join(root, 'task-image', 'main.ts'), root },
  });
  const server = serverProcess(made, 'docker', 'run');
  try {
    await until(() => docker.containers().length === 1);
    server.child.kill('SIGKILL');
    await server.answer;
    const trial = `${docker.containers()[0]}`;
    // Nobody is left to remove the killed server's own.
    const socket = docker.socketFolder(trial);
    expect(socket).toContain('entropy-try-');
    rmSync(socket, { recursive: true });
    expect(recordsIn(made.dataDir)).toEqual([`${trial}.json`]);
    expect(processesWith(`entropy-${trial}`)).toHaveLength(1);
    expect(await serverProcess(made, 'docker', 'reap').answer).toEqual({ reaped: 1 });
    expect(docker.containers()).toEqual([]);
    expect(recordsIn(made.dataDir)).toEqual([]);
    expect(processesWith(`entropy-${trial}`)).toEqual([]);
  } finally {
    server.child.kill('SIGKILL');
    await made.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});
