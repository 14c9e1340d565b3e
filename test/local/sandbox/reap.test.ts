import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { localSandboxes } from '../../../lib/local/sandbox/local-sandboxes.ts';
import { bootId, isAlive, startTimeOf } from '../../../lib/local/sandbox/process-table.ts';
import { listRecords, type SandboxRecord, saveRecord } from '../../../lib/local/sandbox/record.ts';
import { processesWith, type Rig, recordsIn, rigOf, until } from './rig.ts';
import { serverProcess } from './server-process.ts';

const rigs: Rig[] = [];
const bystanders: ChildProcess[] = [];
afterEach(async () => {
  for (const child of bystanders.splice(0)) child.kill('SIGKILL');
  for (const made of rigs.splice(0)) await made.remove();
});
async function rig(script: string): Promise<Rig> {
  const made = await rigOf(script);
  rigs.push(made);
  return made;
}

/** A harness that does not care for its life-line and has left a daemon. */
const deaf = (name: string) => `
  import { spawn } from 'node:child_process';
  const inner = "const { spawn } = require('node:child_process'); spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${name}'], { detached: true, stdio: 'ignore' }).unref();";
  spawn(process.execPath, ['-e', inner], { detached: true, stdio: 'ignore' });
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
`;

/** Command lines of live harnesses; the server's holds its parts, but not side by side. */
function harnesses({ options: { harness } }: Rig): string[] {
  return processesWith(`${harness.node} --disable-sigusr1 ${harness.main}`).filter(
    (line) => !line.includes('/bin/sh'),
  );
}

/** A process that has nothing to do with any sandbox. */
function bystander(env: Record<string, string> = {}): { pid: number; startTime: string } {
  const script = 'setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', script], { detached: true, env, stdio: 'ignore' });
  bystanders.push(child);
  const pid = child.pid as number;
  return { pid, startTime: startTimeOf(pid) as string };
}

function record(more: Partial<SandboxRecord>): SandboxRecord {
  return {
    ...{ id: 'a'.repeat(32), run: 'r-1', stage: 'coder-1-1', kind: 'process', boot: bootId() },
    // A start time no process has.
    server: { pid: process.pid, startTime: 'another' },
    ...more,
  };
}

describe('after the server was killed', () => {
  test('the next one ends everything of its sandboxes', async () => {
    const name = `daemon-${process.pid}-r`;
    const made = await rig(deaf(name));
    const server = serverProcess(made, 'process', 'run');
    bystanders.push(server.child);
    await until(() => processesWith(name).length === 1);
    await until(() => recordsIn(made.dataDir).length === 1);
    server.child.kill('SIGKILL');
    await server.answer;
    expect(harnesses(made)).toHaveLength(1);
    expect(await serverProcess(made, 'process', 'reap').answer).toEqual({ reaped: 1 });
    expect(processesWith(name)).toEqual([]);
    expect(harnesses(made)).toEqual([]);
    expect(existsSync(join(made.dataDir, 'work', 'r-1', 'coder-1-1'))).toBe(false);
    expect(recordsIn(made.dataDir)).toEqual([]);
    expect(await localSandboxes(made.options).reap()).toBe(0);
  });

  test('a harness that heeds its life-line ends at once', async () => {
    const made = await rig(
      `process.stdin.resume(); process.stdin.on('end', () => process.exit()); setInterval(() => {}, 1000);`,
    );
    const server = serverProcess(made, 'process', 'run');
    bystanders.push(server.child);
    await until(() => harnesses(made).length === 1);
    await until(() => recordsIn(made.dataDir).length === 1);
    server.child.kill('SIGKILL');
    await server.answer;
    await until(() => harnesses(made).length === 0);
    expect(await localSandboxes(made.options).reap()).toBe(0);
    expect(recordsIn(made.dataDir)).toEqual([]);
  });

  test('a sandbox is found by its marker alone, where the crash came before its pid was recorded', async () => {
    const made = await rig('');
    const marked = bystander({ SANDBOX_ID: 'a'.repeat(32) });
    await saveRecord(made.dataDir, record({}));
    expect(await localSandboxes(made.options).reap()).toBe(1);
    expect(isAlive(marked)).toBe(false);
  });
});

test('the record of a container stays where the engine can not be asked, and it is said', async () => {
  const lines: string[] = [];
  const made = await rig('');
  await saveRecord(made.dataDir, record({ kind: 'docker', boot: 'an-earlier-boot' }));
  const options = { ...made.options, log: (line: string) => void lines.push(line) };
  expect(await localSandboxes(options).reap()).toBe(0);
  expect(recordsIn(made.dataDir)).toEqual([`${'a'.repeat(32)}.json`]);
  expect(lines.join()).toContain(`container of sandbox ${'a'.repeat(32)}: `);
});

describe('what reaping leaves alone', () => {
  test('a sandbox whose server is alive', async () => {
    const made = await rig(deaf(`daemon-${process.pid}-l`));
    const server = serverProcess(made, 'process', 'run');
    bystanders.push(server.child);
    await until(() => harnesses(made).length === 1);
    expect(await localSandboxes(made.options).reap()).toBe(0);
    expect(harnesses(made)).toHaveLength(1);
    expect(existsSync(join(made.dataDir, 'work', 'r-1', 'coder-1-1'))).toBe(true);
    server.child.kill('SIGKILL');
    await server.answer;
    await localSandboxes(made.options).reap();
    expect(harnesses(made)).toEqual([]);
  });

  test('a process that has the recorded pid by chance, and its group', async () => {
    const made = await rig('');
    const other = bystander();
    await saveRecord(made.dataDir, record({ root: { pid: other.pid, startTime: '1' } }));
    expect(await localSandboxes(made.options).reap()).toBe(0);
    expect(isAlive(other)).toBe(true);
    expect(recordsIn(made.dataDir)).toEqual([]);
  });

  test('processes of this boot for a record of an earlier one', async () => {
    const made = await rig('');
    const other = bystander();
    await saveRecord(made.dataDir, record({ root: other, boot: 'an-earlier-boot' }));
    expect(await localSandboxes(made.options).reap()).toBe(0);
    expect(isAlive(other)).toBe(true);
  });

  test('the work folder of a stage that a living server walks again', async () => {
    const made = await rig('');
    const server = { pid: process.pid, startTime: startTimeOf(process.pid) as string };
    await saveRecord(made.dataDir, record({}));
    await saveRecord(made.dataDir, record({ id: 'b'.repeat(32), server }));
    const work = join(made.dataDir, 'work', 'r-1', 'coder-1-1');
    await mkdir(work, { recursive: true });
    await localSandboxes(made.options).reap();
    expect(existsSync(work)).toBe(true);
    expect(recordsIn(made.dataDir)).toEqual([`${'b'.repeat(32)}.json`]);
  });
});

test('a record is on the disk before the sandbox starts', async () => {
  const made = await rig(`
    import { readdirSync, readFileSync } from 'node:fs';
    const folder = '../../../../sandboxes/';
    console.log(readFileSync(folder + readdirSync(folder).find((name) => name.endsWith('.json')), 'utf8'));
  `);
  await made.run();
  const seen = JSON.parse(made.output());
  expect(seen).toMatchObject({ run: 'r-1', stage: 'coder-1-1', server: { pid: process.pid } });
  expect(await listRecords(made.dataDir)).toEqual([]);
});
