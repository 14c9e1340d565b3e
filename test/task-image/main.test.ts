import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { HarnessOptions } from '../../lib/agent/harness.ts';
import { StageLost } from '../../lib/domain/errors.ts';
import { bundleHarness } from '../../task-image/bundle.ts';
import { main } from '../../task-image/main.ts';
import { gone } from '../agent/fixtures/gone.ts';
import { files, fixed, plan } from '../agent/fixtures/plan.ts';
import { folder, path } from '../agent/fixtures/repository.ts';
import { playStage } from '../agent/fixtures/stage.ts';
import { lastTold } from '../agent/fixtures/words.ts';

const given = {
  ENTROPY_GATEWAY: 'unix:/run/g.sock',
  ENTROPY_BOOT_CODE: 'code',
  ENTROPY_WORKSPACE: '/workspace',
  ENTROPY_EGRESS: 'gateway',
  ENTROPY_SANDBOX_ID: 's1',
  ENTROPY_LIFE_LINE: 'stdin',
  ENTROPY_LATER: 'unknown',
  PATH: '/bin',
  HOME: '/home/sandbox',
  TMPDIR: '/tmp',
  LANG: 'C.UTF-8',
};

/** Runs `main` in a world of its own. */
async function play(
  env: Record<string, string | undefined>,
  run: (options: HarnessOptions) => Promise<number>,
) {
  const exits: number[] = [];
  const stdin = new PassThrough();
  let stop = () => {};
  const outside = {
    env,
    stdin,
    onSignal: (handler: () => void) => {
      stop = handler;
    },
    log: () => {},
    exit: (code: number) => void exits.push(code),
    run,
  };
  const done = main(outside);
  return { done, exits, stdin, stop: () => stop() };
}

describe('main', () => {
  test('reads its settings once and takes them out of the environment', async () => {
    const env: Record<string, string | undefined> = { ...given };
    let seen: HarnessOptions | undefined;
    const { done, exits } = await play(env, async (options) => {
      seen = options;
      return 7;
    });
    await done;
    expect(exits).toEqual([7]);
    expect(Object.keys(env).sort()).toEqual(['HOME', 'LANG', 'PATH', 'TMPDIR']);
    expect(seen).toMatchObject({
      bootCode: 'code',
      egress: 'gateway',
      sandboxId: 's1',
      home: '/home/sandbox',
    });
  });

  test('takes what tools are started through as a list of arguments', async () => {
    let seen: HarnessOptions | undefined;
    const run = async (options: HarnessOptions) => {
      seen = options;
      return 0;
    };
    const env = { ...given, ENTROPY_TOOL_WRAPPER: '["wrap","--"]', ENTROPY_PRIVATE: '/own' };
    await (await play(env, run)).done;
    expect(seen).toMatchObject({ wrapper: ['wrap', '--'], private: '/own' });
    expect(Object.keys(env).filter((name) => name.startsWith('ENTROPY_'))).toEqual([]);
    const { done } = await play({ ...given, ENTROPY_TOOL_WRAPPER: '"wrap"' }, run);
    await expect(done).rejects.toThrow(/ENTROPY_TOOL_WRAPPER/);
  });

  test("takes the tools' user, with a folder that tools can't change, and what tools need beside", async () => {
    let seen: HarnessOptions | undefined;
    const run = async (options: HarnessOptions) => {
      seen = options;
      return 0;
    };
    const tmp = folder('tmp');
    const user = { ...given, TMPDIR: tmp, ENTROPY_TOOLS_USER: '10002' };
    await expect((await play({ ...user }, run)).done).rejects.toThrow(/sticky/);
    chmodSync(tmp, 0o1777);
    const env = { ...user, ENTROPY_TOOL_ENVIRONMENT: 'JAVA_HOME, NOT_THERE', JAVA_HOME: '/java' };
    await (await play(env, run)).done;
    expect(seen).toMatchObject({ toolsUser: 10_002, extra: { JAVA_HOME: '/java' } });
    expect(statSync(seen?.private ?? '').mode & 0o777).toBe(0o755);
    const root = await play({ ...user, ENTROPY_TOOLS_USER: '0' }, run);
    await expect(root.done).rejects.toThrow(/ENTROPY_TOOLS_USER/);
  });

  test('takes the boot code from the first line of its life-line, which goes on', async () => {
    const started = Promise.withResolvers<HarnessOptions>();
    const world = await play({ ...given, ENTROPY_BOOT_CODE: '' }, async (options) => {
      started.resolve(options);
      await new Promise((resolve) => options.signal.addEventListener('abort', resolve));
      return 1;
    });
    world.stdin.write('co');
    world.stdin.write('de\nmore');
    const { bootCode, signal } = await started.promise;
    expect([bootCode, signal.aborted]).toEqual(['code', false]);
    world.stdin.end();
    await world.done;
    expect(world.exits).toEqual([1]);
  });

  test.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['a line without end', 'x'.repeat(2_000)],
  ])('is given no boot code by %s', async (_, text) => {
    const world = await play({ ...given, ENTROPY_BOOT_CODE: '' }, async () => 0);
    world.stdin.end(text);
    await expect(world.done).rejects.toThrow(/no boot code/);
    const none = { ...given, ENTROPY_BOOT_CODE: '', ENTROPY_LIFE_LINE: 'none' };
    await expect((await play(none, async () => 0)).done).rejects.toThrow(/ENTROPY_BOOT_CODE/);
  });

  test('without a life-line the end of standard input means nothing; a signal is told', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const world = await play({ ...given, ENTROPY_LIFE_LINE: 'none' }, async ({ signal }) => {
      started.resolve(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 1;
    });
    const signal = await started.promise;
    world.stdin.end();
    await setTimeout(20);
    expect(signal.aborted).toBe(false);
    world.stop();
    await world.done;
    expect(signal.reason).toBeInstanceOf(StageLost);
    const unknown = await play({ ...given, ENTROPY_LIFE_LINE: 'yes' }, async () => 0);
    await expect(unknown.done).rejects.toThrow(/ENTROPY_LIFE_LINE/);
  });

  test('names a setting that is missing', async () => {
    const { done } = await play({ ...given, ENTROPY_WORKSPACE: '' }, async () => 0);
    await expect(done).rejects.toThrow(/ENTROPY_WORKSPACE is not set/);
  });

  test.each(['end of the life-line', 'signal'])('stops at the %s', async (how) => {
    const started = Promise.withResolvers<void>();
    const world = await play({ ...given }, async ({ signal }) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 1;
    });
    await started.promise;
    if (how === 'signal') world.stop();
    else world.stdin.end();
    await world.done;
    expect(world.exits).toEqual([1]);
  });
});

describe('the process', () => {
  const entry = fileURLToPath(new URL('../../task-image/main.ts', import.meta.url));

  function start(env: Record<string, string>, program = entry) {
    const child = spawn(process.execPath, [program], {
      env: {
        ...given,
        PATH: path,
        HOME: folder('home'),
        TMPDIR: folder('tmp'),
        ENTROPY_EGRESS: 'open',
        ...env,
      },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, ended, said: () => said };
  }

  test.each(['source', 'bundle'])('plays a stage to its end from the %s', async (made) => {
    const to = folder('bundle');
    if (made === 'bundle') await bundleHarness(to);
    const program = made === 'bundle' ? join(to, 'bin', 'harness.mjs') : entry;
    const turns = [
      [
        [
          'shell',
          { command: 'tr "\\0" "\\n" < /proc/$PPID/environ 2>/dev/null; env; echo x > new.txt' },
        ],
      ],
      [['submit', { title: 't', body: 'b' }]],
    ] as const;
    // The stage that the fixture plays itself is refused: the boot code is used up by the process.
    await playStage(
      {
        files,
        role: 'coder',
        input: { plan },
        turns,
        first: async ({ url, bootCode }) => {
          const workspace = join(folder('sandbox'), 'tree');
          const settings = {
            ENTROPY_GATEWAY: url,
            ENTROPY_BOOT_CODE: bootCode,
            ENTROPY_WORKSPACE: workspace,
          };
          const { ended, said } = start(settings, program);
          expect([await ended, said()]).toEqual([0, expect.stringContaining('tool.called')]);
          expect(said()).not.toContain(bootCode);
        },
      },
      ({ handoff, requests }) => {
        expect(handoff).toMatchObject({ kind: 'change-set', files: [{ path: 'new.txt' }] });
        const text = JSON.stringify(requests[1]?.messages.at(-1));
        expect(text).toContain('SANDBOX_ID=s1');
      },
    );
  });

  test('saves its work when its machine is taken away, and the next attempt begins from it', async () => {
    const pidFile = join(folder('pid'), 'pid');
    const wait = `echo half > half.txt; ln -s half.txt old.txt; rm old.txt; echo $$ > ${pidFile}; sleep 300`;
    await playStage(
      {
        files,
        role: 'coder',
        input: { plan },
        turns: [
          [['edit', { path: 'add.js', old: 'a - b', new: 'a + b' }]],
          [['shell', { command: wait }]],
          [['shell', { command: 'git status --short; cat half.txt' }]],
          [['submit', { title: 't', body: 'b' }]],
        ],
        first: async ({ url, bootCode, stage, world }) => {
          const { child, ended, said } = start({
            ENTROPY_GATEWAY: url,
            ENTROPY_BOOT_CODE: bootCode,
            ENTROPY_WORKSPACE: join(folder('sandbox'), 'tree'),
            ENTROPY_LIFE_LINE: 'none',
          });
          while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await setTimeout(20);
          child.kill('SIGTERM');
          expect([await ended, said()]).toEqual([1, expect.stringContaining('kept the work')]);
          expect(await gone(Number(readFileSync(pidFile, 'utf8')))).toBe(true);
          const record = await world.ports.stages.get(stage);
          expect(record?.failure).toMatchObject({ name: 'StageLost', observed: false });
          expect(await world.events('work.kept')).toMatchObject([
            { standing: 'claimed', data: { attempt: 1, files: 2, payload: record?.partial } },
          ]);
          return world.open('coder');
        },
      },
      ({ stage, handoff, requests }) => {
        expect(stage.attempt).toBe(2);
        expect(lastTold(requests[2])[0]).toMatch(/An earlier attempt of yours .* was cut off/);
        expect(lastTold(requests[3])[0]).toContain(' M add.js\n?? half.txt\nhalf\n');
        expect(handoff).toMatchObject({
          files: [{ path: 'add.js', content: btoa(fixed) }, { path: 'half.txt' }],
        });
      },
    );
  });

  test('ends, with its tools, when the launcher is gone', async () => {
    const pidFile = join(folder('pid'), 'pid');
    await playStage(
      {
        files,
        role: 'coder',
        input: { plan },
        turns: [[['shell', { command: `echo $$ > ${pidFile}; sleep 300` }]]],
        first: async ({ url, bootCode }) => {
          const workspace = join(folder('sandbox'), 'tree');
          const { child, ended } = start({
            ENTROPY_GATEWAY: url,
            ENTROPY_BOOT_CODE: bootCode,
            ENTROPY_WORKSPACE: workspace,
          });
          while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await setTimeout(20);
          child.stdin.end();
          expect(await ended).toBe(1);
          const pid = Number(readFileSync(pidFile, 'utf8'));
          expect(await gone(pid)).toBe(true);
        },
      },
      ({ handoff }) => expect(handoff).toBeUndefined(),
    );
  });

  test('a gateway that refuses the session leaves nothing behind', async () => {
    const server = createServer((_, response) => {
      response.writeHead(401).end('{"error":"SessionRefused","message":"no live session"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const workspace = join(folder('sandbox'), 'tree');
    const { ended } = start({
      ENTROPY_GATEWAY: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ENTROPY_WORKSPACE: workspace,
    });
    expect(await ended).toBe(0);
    expect(existsSync(workspace)).toBe(false);
    server.close();
  });
});
