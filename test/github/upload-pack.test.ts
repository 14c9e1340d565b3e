import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { gitHubUploadPack } from '../../lib/github/upload-pack.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Answer = (response: ServerResponse) => void;
const result = { 'content-type': 'application/x-git-upload-pack-result' };
const whole: Answer = (response) => response.writeHead(200, result).end('0008NAK\nPACK');
const refused =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end('no');

/** A GitHub that answers in turn, the last answer again and again, and what it was asked by whom. */
async function gitHubThat(...answers: Answer[]) {
  const asked: { path: string; authorization: string; body: string }[] = [];
  const listener: RequestListener = async (request, response) => {
    const { url: path = '', headers } = request;
    const { authorization = '' } = headers;
    asked.push({ path, authorization, body: String(await buffer(request)) });
    answers[Math.min(asked.length, answers.length) - 1]?.(response);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close() && server.closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const live = new Set<string>();
  let minted = 0;
  const mint = async () => {
    minted += 1;
    const token = `ghs_${minted}`;
    live.add(token);
    return { token, app: true, revoke: async () => void live.delete(token) };
  };
  const waits: number[] = [];
  const patience = () => ({
    now: () => 0,
    wait: async (ms: number) => waits.push(ms) > 0 && ms < 60_000,
  });
  const access = { apiUrl: `${url}/api/v3`, mint };
  const uploadPack = gitHubUploadPack(access, { patience });
  const ask = (hangUp = new AbortController().signal) =>
    uploadPack('octo/calc', Buffer.from('0000'), hangUp);
  return { ask, asked, live, waits, minted: () => minted };
}
const basic = (token: string) =>
  `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;

test('a request goes on as it is, under a token that ends before the stream', async () => {
  const github = await gitHubThat(whole);
  const stream = await github.ask();
  expect([...github.live]).toEqual(['ghs_1']);
  const seen: number[] = [];
  stream.on('end', () => seen.push(github.live.size));
  expect(String(await buffer(stream))).toBe('0008NAK\nPACK');
  expect(seen).toEqual([0]);
  const path = '/octo/calc.git/git-upload-pack';
  expect(github.asked).toEqual([{ path, authorization: basic('ghs_1'), body: '0000' }]);
});

test('a stream that is let go of ends the token as well', async () => {
  const github = await gitHubThat((response) => response.writeHead(200, result).write('0008NAK\n'));
  const stream = await github.ask();
  for await (const _ of stream) break;
  expect(stream.destroyed).toBe(true);
  await sleep(20);
  expect(github.live.size).toBe(0);
  const unread = await github.ask();
  unread.destroy();
  await new Promise((resolve) => unread.on('close', resolve));
  expect(github.live.size).toBe(0);
});

test('a stream that breaks off fails', async () => {
  const github = await gitHubThat((response) => {
    response.writeHead(200, result).write('0008NAK\n');
    setTimeout(() => response.destroy(), 50);
  });
  const stream = await github.ask();
  await expect(buffer(stream)).rejects.toMatchObject({ name: 'ForgeUnavailable' });
  expect(github.live.size).toBe(0);
});

test.each([
  ['a token that is not known yet', [refused(401), whole], [0]],
  ['a server that fails', [refused(503), refused(502), whole], [500, 1000]],
  ['a connection that ends', [(response: ServerResponse) => response.destroy(), whole], [500]],
  ['a limit', [refused(429, { 'retry-after': '2' }), whole], [2000]],
])('%s is got over, each try with its own token', async (_name, answers, waits) => {
  const github = await gitHubThat(...answers);
  expect(String(await buffer(await github.ask()))).toBe('0008NAK\nPACK');
  expect(github.waits).toEqual(waits);
  const tokens = github.asked.map(({ authorization }) => authorization);
  expect(tokens).toEqual(answers.map((_, n) => basic(`ghs_${n + 1}`)));
  expect(github.live.size).toBe(0);
});

test.each([
  ['a token that is never known', 401, 'ForgeFailed', 2],
  ['what is not there', 404, 'ForgeFailed', 1],
  ['what is forbidden', 403, 'ForgeFailed', 1],
  ['a repository that moved', 301, 'ForgeFailed', 1],
  ['a server that keeps failing', 503, 'ForgeUnavailable', 3],
])('%s is refused and tells no token', async (_name, status, name, tries) => {
  const github = await gitHubThat(refused(status, { location: 'http://127.0.0.1:1/' }));
  const failed = github.ask();
  await expect(failed).rejects.toMatchObject({ name, status });
  await expect(failed).rejects.not.toThrow(/ghs_|Basic/);
  expect(github.asked).toHaveLength(tries);
  expect(github.live.size).toBe(0);
});

test('a page instead of a pack is refused', async () => {
  const page = { 'content-type': 'text/html' };
  const github = await gitHubThat((response) => response.writeHead(200, page).end('log in'));
  await expect(github.ask()).rejects.toThrow(/no answer of git/);
  expect(github.live.size).toBe(0);
});

test('a client that is gone is not asked for again', async () => {
  const github = await gitHubThat(() => undefined);
  const gone = new AbortController();
  const failed = github.ask(gone.signal);
  setTimeout(() => gone.abort(), 50);
  await expect(failed).rejects.toMatchObject({ name: 'ForgeUnavailable' });
  expect(github.minted()).toBe(1);
  expect(github.live.size).toBe(0);
});
