import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { Finding } from '../../lib/domain/finding.ts';
import { inspectGitHub } from '../../lib/github/inspect.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const app = { appId: '7', privateKey: key };
const granted = {
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
};
const whole = { slug: 'a-bot', permissions: granted, events: ['issues', 'issue_comment'] };
const delivered = {
  delivered_at: '2026-01-31T00:00:00Z',
  event: 'issues',
  status: 'OK',
  status_code: 202,
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** GitHub's answers by path; what is not there is a 404. */
async function github(answers: Record<string, unknown>, headers: Record<string, string> = {}) {
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const found = Object.hasOwn(answers, path);
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(found ? answers[path] : { message: 'Not Found' }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const named = (findings: readonly Finding[], name: string) => findings.find((f) => f.name === name);
const states = (findings: readonly Finding[]) =>
  Object.fromEntries(findings.map(({ name, state }) => [name, state]));

test('an App with all that it needs stands well', async () => {
  const apiUrl = await github({
    '/app': whole,
    '/app/hook/deliveries': [delivered],
    '/repos/o/r/installation': { id: 1 },
  });
  expect(states(await inspectGitHub({ apiUrl, app, repository: 'o/r' }))).toEqual({
    clock: 'ok',
    'github app': 'ok',
    'app permissions': 'ok',
    'app events': 'ok',
    'webhook deliveries': 'ok',
    installation: 'ok',
  });
});

test('what an App lacks is named, with what to do', async () => {
  const apiUrl = await github({
    '/app': {
      ...whole,
      permissions: { ...granted, contents: 'read', checks: undefined },
      events: ['issues'],
    },
    '/app/hook/deliveries': [{ ...delivered, status_code: 502, status: 'Bad Gateway' }, delivered],
  });
  const found = await inspectGitHub({ apiUrl, app, repository: 'o/r' });
  expect(named(found, 'app permissions')).toMatchObject({
    state: 'error',
    detail: 'missing: checks: write, contents: write',
  });
  expect(named(found, 'app events')).toMatchObject({ detail: 'not subscribed: issue_comment' });
  expect(named(found, 'webhook deliveries')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/^1 of the last 2 failed; issues .*502 Bad Gateway$/),
  });
  expect(named(found, 'installation')).toMatchObject({
    state: 'error',
    fix: 'install the App on o/r',
  });
  expect(found.every(({ state, fix }) => state === 'ok' || fix !== undefined)).toBe(true);
});

test('a wrong clock, a key that is none, a server that is not there', async () => {
  const ahead = await github({}, { date: new Date(Date.now() + 3_600_000).toUTCString() });
  const found = await inspectGitHub({ apiUrl: ahead, app: { appId: '7', privateKey: 'no key' } });
  expect(named(found, 'clock')).toMatchObject({
    state: 'error',
    detail: expect.stringMatching(/^\d+ s behind /),
  });
  expect(named(found, 'github app')).toMatchObject({ state: 'error' });
  expect(JSON.stringify(found)).not.toContain('no key"');
  const [gone] = await inspectGitHub({ apiUrl: 'http://127.0.0.1:9', app });
  expect(gone).toMatchObject({ name: 'github', state: 'error' });
});

test('a token: by its scopes, or by what it may do in a repository', async () => {
  const token = 'quiet-token';
  const rates = { '/rate_limit': {}, '/repos/o/r': { permissions: { push: false } } };
  const apiUrl = await github(rates, { 'x-oauth-scopes': 'read:org' });
  expect(named(await inspectGitHub({ apiUrl, token }), 'github token')).toMatchObject({
    state: 'error',
    detail: 'it has the scopes read:org',
  });
  const there = await inspectGitHub({ apiUrl, token, repository: 'o/r' });
  expect(named(there, 'github token')).toMatchObject({ detail: 'it may not write to o/r' });
  const unknown = await inspectGitHub({ apiUrl, token, repository: 'o/other' });
  expect(named(unknown, 'github token')).toMatchObject({ state: 'error' });
  expect(JSON.stringify(unknown)).not.toContain(token);
});
