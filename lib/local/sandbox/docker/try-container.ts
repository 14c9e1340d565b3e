import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageFailed } from '../../../domain/errors.ts';
import { defaultLimits } from '../../../domain/stage.ts';
import { newRecord, removeRecord, saveRecord } from '../record.ts';
import { marker } from '../tree.ts';
import { containerArguments, harnessUser, socketInside } from './container.ts';
import { askDocker, type Docker } from './engine.ts';
import { removeContainer } from './remove.ts';

const tryMs = 60_000;

/** Says who it is, what it may, which ways out there are, and what came by the socket. */
const script = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const status = readFileSync('/proc/self/status', 'utf8');
  const of = (name) => new RegExp('^' + name + ':\\\\s+(\\\\w+)', 'm').exec(status)?.[1];
  const links = Object.keys(require('node:os').networkInterfaces()).filter((name) => name !== 'lo');
  const refuses = (path) => { try { writeFileSync(path, ''); return false; } catch { return true; } };
  writeFileSync('/tmp/tried', '');
  require('node:net').connect('${socketInside}').setEncoding('utf8').once('data', (greeting) => {
    const seen = { greeting, uid: process.getuid(), bound: of('CapBnd'), noNew: of('NoNewPrivs'), links };
    console.log(JSON.stringify({ ...seen, sealed: ['/x', '/opt/x', '/etc/x'].every(refuses) }));
    process.exit(0);
  });
`;

/** CAP_SETGID and CAP_SETUID: what becoming another user needs. */
const twoCapabilities = '00000000000000c0';

/** Of no run, which its labels say as well. */
const trial = { run: 'none', stage: 'try' } as const;

/**
 * Runs a container as a stage's is run, but for the harness. What was wrong with it, or undefined. In `dataDir` it is on
 * record meanwhile: where this process is killed, the next start removes what is left.
 */
export async function tryContainer(
  docker: Docker,
  dataDir: string | undefined,
): Promise<string | undefined> {
  const id = randomBytes(16).toString('hex');
  const greeting = randomBytes(16).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'entropy-try-'));
  const socketPath = join(folder, 'gateway.sock');
  const server = createServer((socket) => {
    socket.on('error', () => undefined).end(greeting);
  });
  const recorded = await record(dataDir, id);
  try {
    server.listen(socketPath);
    await once(server, 'listening');
    // The folder keeps others out.
    await chmod(socketPath, 0o666);
    const command = ['/usr/local/bin/node', '-e', script];
    const programs = { mounts: [], inside: {} };
    const limits = defaultLimits.coder;
    const given = { id, ...trial, image: docker.image };
    const args = containerArguments({ ...given, socketPath, limits, programs, command });
    const answer = await askDocker({ env: { ...docker.env, [marker]: id } }, args, tryMs);
    if (answer.fault !== undefined) return answer.fault;
    const expected = {
      ...{ greeting, uid: harnessUser, bound: twoCapabilities, noNew: '1', links: [] },
      sealed: true,
    };
    return answer.said === JSON.stringify(expected) ? undefined : `it says ${answer.said}`;
  } finally {
    server.close();
    const { fault } = await removeContainer(docker, id);
    if (recorded !== undefined && fault === undefined) await removeRecord(recorded, id);
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The folder that the record is in; undefined without one. A disk that can't be written to is told by what needs it for
 * more: here it is asked whether Docker works.
 */
async function record(dataDir: string | undefined, id: string): Promise<string | undefined> {
  if (dataDir === undefined) return undefined;
  try {
    await saveRecord(dataDir, newRecord(id, trial.run, trial.stage, 'docker'));
    return dataDir;
  } catch (error) {
    if (!(error instanceof StorageFailed)) throw error;
    return undefined;
  }
}
