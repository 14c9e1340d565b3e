import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { localSandboxes } from '../../../lib/local/sandbox/local-sandboxes.ts';
import type { SandboxOptions } from '../../../lib/local/sandbox/options.ts';
import { attempt, generous, processesWith, type Rig, recordsIn, rigOf, until } from './rig.ts';

const rigs: Rig[] = [];
async function rig(script: string, more: Partial<SandboxOptions> = {}): Promise<Rig> {
  const made = await rigOf(script, 'process', more);
  rigs.push(made);
  return made;
}
afterEach(async () => {
  for (const made of rigs.splice(0)) await made.remove();
});

/** Starts a process that has left the group and lost its parent; `name` is in its command line. */
const daemon = (name: string, options = '{}') => `
  import { spawn as spawnDaemon } from 'node:child_process';
  const inner = "const { spawn } = require('node:child_process'); spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${name}'], { detached: true, stdio: 'ignore', ...(${options}) }).unref();";
  spawnDaemon(process.execPath, ['-e', inner], { detached: true, stdio: 'inherit' });
`;
const idle = 'setInterval(() => {}, 1000);';

describe('what a sandbox is given', () => {
  test('exactly the promised environment, and folders of its own', async () => {
    const made = await rig(`
      import { writeFileSync } from 'node:fs';
      writeFileSync('in-cwd', ''); writeFileSync(process.env.HOME + '/x', ''); writeFileSync(process.env.TMPDIR + '/x', '');
      console.log(JSON.stringify({ env: process.env, cwd: process.cwd() }));
    `);
    expect(await made.run()).toEqual({ ended: 'exited', detail: 'exit code 0' });
    const { env, cwd } = JSON.parse(made.output());
    expect(Object.keys(env).sort()).toEqual(
      [
        ...[
          'ENTROPY_BOOT_CODE',
          'ENTROPY_EGRESS',
          'ENTROPY_GATEWAY',
          'ENTROPY_LIFE_LINE',
          'ENTROPY_SANDBOX_ID',
        ],
        ...['ENTROPY_WORKSPACE', 'HOME', 'LANG', 'PATH', 'SANDBOX_ID', 'TMPDIR'],
        ...['NODE_COMPILE_CACHE', 'NODE_COMPILE_CACHE_PORTABLE'],
      ].sort(),
    );
    const work = join(made.dataDir, 'work', 'r-1', 'coder-1-1');
    expect(env).toMatchObject({
      ENTROPY_BOOT_CODE: 'boot-code-of-the-test',
      ENTROPY_EGRESS: 'open',
      ENTROPY_GATEWAY: 'http://127.0.0.1:1',
      ENTROPY_WORKSPACE: join(work, 'workspace'),
      HOME: join(work, 'home'),
      LANG: 'C.UTF-8',
    });
    expect(env.SANDBOX_ID).toBe(env.ENTROPY_SANDBOX_ID);
    expect(cwd).toBe(join(work, 'workspace'));
    expect(existsSync(work)).toBe(false);
    expect(recordsIn(made.dataDir)).toEqual([]);
  });

  test('a PATH without the folders that npm adds and without our own', async () => {
    const own = await rig('console.log(process.env.PATH);');
    const bin = join(own.folder, 'bin');
    const added = join(own.folder, 'node_modules', '.bin');
    const ours = join(own.options.harness.root, 'task-image');
    await mkdir(bin);
    await mkdir(added, { recursive: true });
    const path = [added, ours, 'relative', bin, '/no/such/folder', bin].join(':');
    const made = { ...own.options, hostEnv: { PATH: path } };
    const { signal } = new AbortController();
    await localSandboxes(made).run({ attempt, bootCode: 'x', limits: generous, signal });
    expect(own.output().trim().split(':')).toEqual([bin, dirname(own.options.harness.node)]);
  });

  test('the boot code is in no command line', async () => {
    const made = await rig(`
      import { execFileSync } from 'node:child_process';
      console.log(execFileSync('ps', ['-eo', 'args=', '-ww'], { encoding: 'utf8' }));
    `);
    await made.run();
    expect(made.output()).toContain('task-image/main.ts');
    expect(made.output()).not.toContain('boot-code-of-the-test');
  });

  test('no core files', async () => {
    const made = await rig(`
      import { execFileSync } from 'node:child_process';
      console.log(execFileSync('/bin/sh', ['-c', 'ulimit -c'], { encoding: 'utf8' }));
    `);
    await made.run();
    expect(made.output().trim()).toBe('0');
  });
});

describe('how it ends', () => {
  test('by itself, with its exit code', async () => {
    const made = await rig('process.exit(7);');
    expect(await made.run()).toEqual({ ended: 'exited', detail: 'exit code 7' });
  });

  test('as unavailable where the harness cannot be started', async () => {
    const made = await rig('');
    await writeFile(join(made.folder, 'blocked'), '');
    const blocked = { ...made.options, dataDir: join(made.folder, 'blocked') };
    const { signal } = new AbortController();
    await expect(
      localSandboxes(blocked).run({ attempt, bootCode: 'x', limits: generous, signal }),
    ).rejects.toMatchObject({ name: 'StorageFailed' });
    await expect(
      localSandboxes(made.options).run({
        ...{ attempt: { ...attempt, run: '../escape' }, bootCode: 'x', limits: generous, signal },
      }),
    ).rejects.toMatchObject({ name: 'SandboxUnavailable' });
  });

  test('at its deadline, also where it ignores SIGTERM', async () => {
    const made = await rig(`process.on('SIGTERM', () => {}); process.stdin.resume(); ${idle}`);
    const ending = await made.run({ limits: { wallMs: 800 } });
    expect(ending).toEqual({ ended: 'deadline', detail: 'not done after 0.8 s' });
    expect(processesWith(made.folder)).toEqual([]);
  });

  test('over its memory, summed over all processes', async () => {
    const made = await rig(`
      import { spawn } from 'node:child_process';
      const hold = "const held = Buffer.alloc(150 * 1024 ** 2, 1); setInterval(() => held.length, 1000)";
      for (let n = 0; n < 3; n++) spawn(process.execPath, ['-e', hold]);
      ${idle}
    `);
    const ending = await made.run({ limits: { memoryBytes: 400 * 1024 ** 2 } });
    expect(ending).toEqual({ ended: 'limit', detail: 'more than 400 MiB of memory' });
  });

  test('over its number of processes', async () => {
    const made = await rig(`
      import { spawn } from 'node:child_process';
      for (let n = 0; n < 30; n++) spawn('sleep', ['1000']);
      ${idle}
    `);
    const ending = await made.run({ limits: { processes: 20 } });
    expect(ending).toEqual({ ended: 'limit', detail: 'more than 20 processes' });
  });

  test('over its output, with a log that stays within the limit', async () => {
    const made = await rig(`
      const line = 'x'.repeat(1023) + '\\n';
      const more = () => { while (process.stdout.write(line)); process.stdout.once('drain', more); };
      more();
    `);
    const ending = await made.run({ limits: { outputBytes: 100_000 } });
    expect(ending).toEqual({ ended: 'limit', detail: 'more than 100000 bytes of output' });
    expect(made.output().length).toBeLessThan(100_100);
    expect(made.output()).toContain('[output over 100000 bytes: the rest is not kept]');
  });

  test('when it is told to stop, before or after the start', async () => {
    const made = await rig(
      `process.stdin.resume(); process.stdin.on('end', () => process.exit()); ${idle}`,
    );
    const stopped = AbortSignal.abort();
    expect(await made.run({ signal: stopped })).toMatchObject({ ended: 'aborted' });
    const stop = new AbortController();
    const running = made.run({ signal: stop.signal });
    await until(() => processesWith(made.folder).length > 0);
    stop.abort();
    expect(await running).toMatchObject({ ended: 'aborted' });
    expect(processesWith(made.folder)).toEqual([]);
    expect(recordsIn(made.dataDir)).toEqual([]);
  });
});

describe('what it leaves', () => {
  test('no daemon that left its group and lost its parent', async () => {
    const name = `daemon-${process.pid}-a`;
    const made = await rig(`${daemon(name)} setTimeout(() => process.exit(0), 1500);`);
    const running = made.run();
    await until(() => processesWith(name).length > 0);
    expect(await running).toMatchObject({ ended: 'exited' });
    expect(processesWith(name)).toEqual([]);
  });

  test('no daemon that also dropped its environment, once it was seen', async () => {
    const name = `daemon-${process.pid}-b`;
    const made = await rig(`
      import { spawn } from 'node:child_process';
      const script = 'setInterval(() => {}, 1000)';
      spawn(process.execPath, ['-e', script, '${name}'], { detached: true, env: {}, stdio: 'ignore' });
      setTimeout(() => process.exit(0), 3000);
    `);
    expect(await made.run()).toMatchObject({ ended: 'exited' });
    expect(processesWith(name)).toEqual([]);
  });

  test('no fork bomb', async () => {
    const name = `bomb-${process.pid}`;
    const bomb = `f() { sleep 0.02; f ${name} & f ${name} & wait; }; f ${name}`;
    const made = await rig(`
      import { spawn } from 'node:child_process';
      spawn('/bin/sh', ['-c', ${JSON.stringify(bomb)}]);
      ${idle}
    `);
    expect(await made.run({ limits: { processes: 50 } })).toMatchObject({ ended: 'limit' });
    expect(processesWith(name)).toEqual([]);
  });

  test('no work folder, even where a test took its own permissions away', async () => {
    const made = await rig(`
      import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
      mkdirSync('a/b', { recursive: true }); writeFileSync('a/b/c', ''); chmodSync('a/b', 0); chmodSync('a', 0o500);
    `);
    await made.run();
    expect(existsSync(join(made.dataDir, 'work', 'r-1', 'coder-1-1'))).toBe(false);
  });

  test('the work folder where it was asked to keep it', async () => {
    const made = await rig(`import { writeFileSync } from 'node:fs'; writeFileSync('left', 'x');`, {
      keep: true,
    });
    await made.run();
    const left = join(made.dataDir, 'work', 'r-1', 'coder-1-1', 'workspace', 'left');
    expect(readFileSync(left, 'utf8')).toBe('x');
  });
});
