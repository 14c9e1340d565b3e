import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { getuid } from 'node:process';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { processesWith, type Rig, recordsIn, until } from '../local/sandbox/rig.ts';
import { serverProcess } from '../local/sandbox/server-process.ts';
import { containers, docker, dockerRig, volumesOf } from './docker-rig.ts';

const rigs: Rig[] = [];
let since = 0;
beforeEach(() => {
  since = Math.floor(Date.now() / 1000);
});
afterAll(async () => {
  for (const rig of rigs) await rig.remove();
});
async function rig(script: string): Promise<Rig> {
  const made = await dockerRig(script);
  rigs.push(made);
  // A mount wants something at the gateway's place; nobody asks it.
  writeFileSync(made.options.gateway.socketPath, '');
  return made;
}
/** Nothing is left of a stage: no container, none of its volumes, no record. */
function expectNothingLeft(made: Rig): void {
  expect(containers('r-1')).toEqual([]);
  const written = volumesOf('r-1', since);
  expect(written.length).toBeGreaterThanOrEqual(2);
  const there = docker('volume', 'ls', '--quiet').split('\n');
  expect(written.filter((name) => there.includes(name))).toEqual([]);
  expect(recordsIn(made.dataDir)).toEqual([]);
}
const running = () =>
  docker('ps', '--quiet', '--filter', 'label=entropy.run=r-1', '--filter', 'status=running');
/** Heeds neither its life-line nor a signal. */
const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";

// Each attack ends by itself soon after it should have been ended, so that a limit that fails hurts nobody.
describe('in a container', () => {
  test('a fork bomb gets no more processes than the limit, and none outlives its stage', async () => {
    const name = `sleep 60.${process.pid}`;
    const made = await rig(`
      import { execFileSync } from 'node:child_process';
      const wrapper = JSON.parse(process.env.ENTROPY_TOOL_WRAPPER);
      // Never more than 400 of them, for a minute.
      const bomb = 'n=0; while [ $n -lt 400 ]; do n=$((n+1)); setsid ${name} 2>/dev/null & done; sleep 5; echo ended';
      try { execFileSync(wrapper[0], [...wrapper.slice(1), '/bin/sh', '-c', bomb], { stdio: 'ignore' }); } catch {}
      const { readFileSync, readdirSync } = await import('node:fs');
      console.log(readdirSync('/proc').filter((pid) => /^\\d+$/.test(pid)).length);
    `);
    const ending = await made.run({ limits: { processes: 4 } });
    expect(ending.ended).toBe('exited');
    const count = Number(made.output().trim().split('\n').at(-1));
    // 4 by 32 threads.
    expect(count).toBeGreaterThan(40);
    expect(count).toBeLessThanOrEqual(128);
    await until(() => processesWith(name).length === 0);
    expectNothingLeft(made);
  });

  test('a disk filler gets its stage ended, and its files are gone', async () => {
    const made = await rig(`
      import fs from 'node:fs';
      // Never more than 400 MB.
      const chunk = Buffer.alloc(4 * 1024 ** 2, 1);
      for (let n = 0; n < 100; n += 1) { fs.writeFileSync('/tmp/fill-' + n, chunk); await new Promise((done) => setTimeout(done, 40)); }
      setTimeout(() => process.exit(0), 60_000);
    `);
    const ending = await made.run({ limits: { diskBytes: 64 * 1024 ** 2 } });
    expect(ending).toEqual({ ended: 'limit', detail: 'more than 64 MiB of disk' });
    expectNothingLeft(made);
  });

  test('memory over the limit gets its stage ended', async () => {
    const made = await rig(`
      const kept = [];
      // Never more than 1 GB.
      for (let n = 0; n < 64; n += 1) { kept.push(Buffer.alloc(16 * 1024 ** 2, n)); await new Promise((done) => setTimeout(done, 20)); }
      setTimeout(() => process.exit(0), 60_000);
    `);
    const ending = await made.run({ limits: { memoryBytes: 256 * 1024 ** 2 } });
    expect(ending).toEqual({ ended: 'limit', detail: 'more than 256 MiB of memory' });
    expectNothingLeft(made);
  });

  test('endless output gets its stage ended', async () => {
    const made = await rig(`
      const line = 'x'.repeat(65_536);
      for (let n = 0; n < 600; n += 1) { process.stdout.write(line); await new Promise((done) => setTimeout(done, 5)); }
      setTimeout(() => process.exit(0), 60_000);
    `);
    const ending = await made.run({ limits: { outputBytes: 1024 ** 2 } });
    expect(ending).toMatchObject({ ended: 'limit' });
    expectNothingLeft(made);
  });

  test('a daemon that hides outlives its stage by nothing', async () => {
    const name = `96${process.pid}`;
    const made = await rig(`
      import { spawn } from 'node:child_process';
      const [program, ...args] = JSON.parse(process.env.ENTROPY_TOOL_WRAPPER);
      spawn(program, [...args, '/bin/sh', '-c', 'setsid -f sh -c "exec sleep ${name}"'], { detached: true, stdio: 'ignore' });
      setTimeout(() => process.exit(0), 10_000);
    `);
    const ending = made.run();
    await until(() => processesWith(`sleep ${name}`).length > 0);
    await ending;
    await until(() => processesWith(`sleep ${name}`).length === 0);
    expectNothingLeft(made);
  });
});

describe('a stage that does not end by itself', () => {
  test('is killed at its deadline', async () => {
    const made = await rig(deaf);
    const ending = await made.run({ limits: { wallMs: 10_000 } });
    expect(ending).toEqual({ ended: 'deadline', detail: 'not done after 10 s' });
    expectNothingLeft(made);
  });

  test('is killed when its run is cancelled', async () => {
    const made = await rig(deaf);
    const stop = new AbortController();
    const ending = made.run({ signal: stop.signal });
    await until(() => running() !== '');
    stop.abort();
    expect(await ending).toMatchObject({ ended: 'aborted' });
    expectNothingLeft(made);
  });

  test('is killed by the next server, where its own was killed', async () => {
    const made = await rig(deaf);
    const server = serverProcess(made, 'docker', 'run');
    await until(() => running() !== '' && recordsIn(made.dataDir).length === 1);
    server.child.kill('SIGKILL');
    await server.answer;
    expect(running()).not.toBe('');
    expect((await serverProcess(made, 'docker', 'reap').answer).reaped).toBe(1);
    expectNothingLeft(made);
  });
});

test('a server that is no root, and may ask the engine, has the same sandboxes', async () => {
  if (getuid?.() !== 0) return expect(getuid?.()).toBeGreaterThan(0);
  const made = await rig(`
    import { readFileSync } from 'node:fs';
    console.log(process.getuid(), /^CapEff:\\s+(\\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    process.exit(0);
  `);
  const id = 54_321;
  mkdirSync(made.dataDir);
  for (const path of [made.folder, made.dataDir, made.options.gateway.socketPath]) {
    chownSync(path, id, id);
  }
  const groups = `--groups=${statSync('/var/run/docker.sock').gid}`;
  const prefix = ['setpriv', `--reuid=${id}`, `--regid=${id}`, groups, '--'];
  const server = serverProcess(made, 'docker', 'run', prefix);
  expect(await server.answer).toEqual({ ending: { ended: 'exited', detail: 'exit code 0' } });
  expect(made.output().trim().split('\n').at(-1)).toBe('10001 00000000000000c0');
  expectNothingLeft(made);
});
