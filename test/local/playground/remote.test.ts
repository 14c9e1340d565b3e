import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { connectPlayground, spawnPlayground } from '../../../lib/local/playground/remote.ts';
import { keys } from './running.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'playground-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('runs in a process of its own, is driven from here, and goes on after a restart', async () => {
  const dataDir = join(dir, 'data');
  const publicKeyFile = join(dir, 'app.pem');
  await writeFile(publicKeyFile, keys.publicKey);
  const first = await spawnPlayground({ dataDir, publicKeyFile });
  expect(first.pid).not.toBe(process.pid);
  const { installationId } = await first.seedRepository({
    owner: 'acme',
    name: 'widgets',
    files: { 'a.txt': 'a\n' },
  });
  const app = new Octokit({
    baseUrl: first.apiUrl,
    authStrategy: createAppAuth,
    auth: { appId: first.app.id, privateKey: keys.privateKey, installationId },
  });
  const { number } = await first.createIssue({
    repository: 'acme/widgets',
    title: 'One',
    body: '',
    author: 'acme',
  });
  const made = await app.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    owner: 'acme',
    repo: 'widgets',
    issue_number: number,
    body: 'hello',
  });
  expect(made.data.user?.login).toBe('entropy[bot]');
  const other = await connectPlayground(dataDir);
  await expect(other.seedRepository({ owner: 'acme', name: 'widgets', files: {} })).rejects.toThrow(
    'acme/widgets is there already',
  );
  await first.close();

  expect((await stat(join(dataDir, 'control.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(dataDir, 'state.json'), 'utf8')).not.toMatch(/gh[sp]_/);
  const second = await spawnPlayground({ dataDir, publicKeyFile });
  const { repositories } = await second.snapshot();
  expect(repositories[0]?.issues[0]?.comments[0]?.body).toBe('hello');
  await second.close();
});

test('nothing is done for who has not the control token', async () => {
  const playground = await spawnPlayground({ dataDir: join(dir, 'locked') });
  const call = (headers: Record<string, string>) =>
    fetch(`${playground.url}/_playground/userToken`, { method: 'POST', headers, body: '["acme"]' });
  expect((await call({})).status).toBe(401);
  expect((await call({ authorization: 'Bearer wrong' })).status).toBe(401);
  await playground.close();
});
