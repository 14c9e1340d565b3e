import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { desk } from '../command-line.ts';

const at = desk();
afterAll(() => at.remove());

const args = ['serve', '--port', '0', '--sandbox', 'process'];
const authority = { GITHUB_TOKEN: 'not-a-token', ANTHROPIC_API_KEY: 'k' };

test('it says what is missing before it listens', async () => {
  const noSecret = await at.entropy(args, authority);
  expect(noSecret.code).toBe(2);
  expect(noSecret.err).toMatch(/set ENTROPY_WEBHOOK_SECRET_FILE/);
  const secret = { ENTROPY_WEBHOOK_SECRET: 's'.repeat(32) };
  const noAuthority = await at.entropy(args, { ...secret, ANTHROPIC_API_KEY: 'k' });
  expect(noAuthority.code).toBe(2);
  expect(noAuthority.err).toMatch(/set ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE, or GITHUB_TOKEN/);
});

test('it listens on this machine only, refuses what is not signed, and ends when asked', async () => {
  const file = join(at.root, 'secret');
  writeFileSync(file, `${'s'.repeat(32)}\n`, { mode: 0o600 });
  const log = join(at.root, 'logs', 'serve.log');
  const server = at.start([...args, '--log-file', log], {
    ...authority,
    ENTROPY_WEBHOOK_SECRET_FILE: file,
  });
  await server.said(/sandbox process/);
  await server.said(/listening on http:\/\/127\.0\.0\.1:\d+\/github\/webhook/);
  const url = /http:\S+/.exec(server.errors())?.[0] ?? '';
  const answer = await fetch(url, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(401);
  server.child.kill('SIGTERM');
  const end = await server.ended;
  expect(end).toMatchObject({ code: 0, out: '' });
  expect(end.err).toMatch(/stopping; unfinished runs go on at the next start\n\S+ stopped\n$/);
  expect(end.err).not.toMatch(/ssssss|not-a-token/);
  expect(readFileSync(log, 'utf8')).toBe(end.err);
});

test('it tells how it is, one JSON object a log line', async () => {
  const secret = { ENTROPY_WEBHOOK_SECRET: 's'.repeat(32), ENTROPY_RECONCILE_MINUTES: '0' };
  const server = at.start([...args, '--json'], { ...authority, ...secret });
  await server.said(/listening/);
  const url = /http:\/\/[\d.:]+/.exec(server.errors())?.[0] ?? '';
  const answer = await fetch(`${url}/healthz`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    ...{ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+/), queued: 0, running: 0 },
    oldestPendingDelivery: null,
  });
  const port = new URL(url).port;
  const other = await at.entropy(['serve', '--port', port, '--sandbox', 'process'], {
    ...{ ...authority, ...secret },
  });
  expect(other).toMatchObject({
    code: 2,
    err: expect.stringMatching(/can't listen on \d+: EADDRINUSE/),
  });
  server.child.kill('SIGINT');
  const { code, err } = await server.ended;
  expect(code).toBe(0);
  const lines = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.every(({ time, message }) => !Number.isNaN(Date.parse(time)) && message)).toBe(true);
  expect(lines.at(-1).message).toBe('stopped');
});
