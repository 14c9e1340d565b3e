import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ExecRequest, exec } from '../../lib/agent/exec.ts';
import { gone } from './fixtures/gone.ts';

const cwd = mkdtempSync(join(tmpdir(), 'exec-'));
const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
const run = (request: Partial<ExecRequest> & Pick<ExecRequest, 'run'>) =>
  exec({ cwd, env, timeoutMs: 60_000, outputLimit: 10_000, ...request });

function holds(pid: string, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(marker);
  } catch {
    return false;
  }
}

describe('exec', () => {
  test('gives exit code, both streams in order, and the digest of all of it', async () => {
    const result = await run({ run: 'echo one; echo two >&2; echo three; exit 7' });
    expect(result).toMatchObject({ exitCode: 7, signal: null, timedOut: false, bytes: 14 });
    expect(result.output).toBe('one\ntwo\nthree\n');
    expect(result.outputDigest).toBe(
      createHash('sha256').update('one\ntwo\nthree\n').digest('hex'),
    );
  });

  test('passes arguments as they are, and no environment but the given', async () => {
    const quoted = await run({ run: ['printf', '%s|', 'a b', '$HOME', '"'] });
    expect(quoted.output).toBe('a b|$HOME|"|');
    const names = (await run({ run: ['env'] })).output
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.filter((name) => name !== '' && name !== 'PWD')).toEqual(['PATH']);
  });

  test('a program that is not there is exit code 127; a folder that is not there, no exit code', async () => {
    expect((await run({ run: ['no-such-program'] })).exitCode).toBe(127);
    const nowhere = await run({ run: 'true', cwd: join(cwd, 'missing') });
    expect(nowhere.exitCode).toBeNull();
    expect(nowhere.output).toContain('could not start');
  });

  test('a line too long for the system is told, not thrown', async () => {
    const result = await run({ run: `: ${'x'.repeat(3_000_000)}` });
    expect(result.exitCode).not.toBe(0);
    expect(result.output).not.toBe('');
  });

  test('keeps head and tail, says how much was cut, splits no character', async () => {
    const line = 'ü'.repeat(50);
    const result = await run({
      run: `for i in $(seq 2000); do echo ${line}; done; echo END`,
      outputLimit: 1001,
    });
    const cut = Number(/\[\.\.\. (\d+) bytes of output cut here/.exec(result.output)?.[1]);
    expect(result.bytes).toBe(2000 * 101 + 4);
    expect(cut).toBe(result.bytes - 1001);
    expect(result.output).toMatch(/END\n$/);
    expect(result.output).not.toContain('\ufffd');
  });

  test('the time limit ends the whole group, even where SIGTERM is ignored', async () => {
    const result = await run({
      run: 'trap "" TERM; sleep 300 & echo $!; echo $$; while :; do sleep 1; done',
      // Within it the shell starts and names both.
      timeoutMs: 5_000,
    });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGKILL' });
    const pids = result.output.split('\n', 2).map(Number);
    expect(await Promise.all(pids.map(gone))).toEqual([true, true]);
  });

  test('an abort ends the group; an abort before the start starts nothing', async () => {
    const controller = new AbortController();
    const running = run({
      run: 'echo $$; sleep 300',
      signal: controller.signal,
      onOutput: () => controller.abort(),
    });
    const result = await running;
    expect(result.aborted).toBe(true);
    expect(await gone(Number(result.output))).toBe(true);
    expect((await run({ run: 'echo x', signal: AbortSignal.abort() })).output).toBe('');
  });

  test('what a command leaves in the background is ended with it', async () => {
    const result = await run({ run: 'sleep 300 & echo $!' });
    expect(result.exitCode).toBe(0);
    expect(await gone(Number(result.output))).toBe(true);
  });

  test('a daemon in a session of its own that keeps the pipe does not hold up the result', async () => {
    const result = await run({ run: 'setsid sleep 30 & echo $!', timeoutMs: 25_000 });
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
    process.kill(Number(result.output), 'SIGKILL');
  });

  test.each([
    ['a daemon in a session of its own', 'setsid sleep 300 >/dev/null 2>&1 & echo $!'],
    [
      'one that lets go of everything',
      '(setsid -f sleep 301 </dev/null >/dev/null 2>&1); until pgrep -n -x -f "sleep 301"; do :; done',
    ],
    ['what a daemon starts', 'setsid sh -c "sleep 300 & sleep 300" >/dev/null 2>&1 & echo $!'],
  ])('%s does not outlive a command that is marked', async (_, line) => {
    const marked = { ...env, SANDBOX_ID: randomUUID() };
    const result = await run({ run: line, env: marked });
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
    expect(await gone(Number(result.output))).toBe(true);
    const left = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && holds(name, marked.SANDBOX_ID),
    );
    expect(left).toEqual([]);
  });

  test('a daemon of another sandbox is left alone', async () => {
    const other = spawn('sleep', ['30'], { env: { ...env, SANDBOX_ID: 'other' }, stdio: 'ignore' });
    await run({ run: 'true', env: { ...env, SANDBOX_ID: randomUUID() } });
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill('SIGKILL');
  });

  test('a flood of output is ended', async () => {
    const result = await run({ run: 'yes', floodLimit: 1_000_000, outputLimit: 100 });
    expect(result).toMatchObject({ flooded: true, timedOut: false });
    expect(result.output.length).toBeLessThan(200);
  });
});
