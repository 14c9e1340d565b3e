import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mirrorPathOf, sourceMirror } from '../../../lib/local/source/mirror.ts';
import { serveUploadPack } from '../../../lib/local/source/upload-pack.ts';
import { freshFolder, inRepository, repositoryOf } from './git-fixture.ts';

const execute = promisify(execFile);
const dataDir = freshFolder();
const path = repositoryOf({ 'a.txt': 'one\n', 'big.bin': randomBytes(30_000_000) });
const repository = { forge: 'local' as const, name: path };
const mirror = mirrorPathOf(dataDir, repository);
let first = '';
let second = '';
let finished = 0;

const server = createServer((request, response) => {
  const run = /^\/([^/]+)\/git\//.exec(request.url ?? '')?.[1] ?? '';
  serveUploadPack(mirror, run, request, response, { bodyLimit: 100_000 }).then(() => finished++);
});
let url = '';

beforeAll(async () => {
  const source = sourceMirror({ dataDir });
  first = (await source.pin({ id: 'r-1', repository })).commit;
  inRepository(path, 'commit', '-q', '--allow-empty', '-m', 'second');
  second = (await source.pin({ id: 'r-2', repository })).commit;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const git = async (...args: string[]) => (await execute('git', args)).stdout.trim();

test('a clone gets the run its base and shows nothing of other runs', async () => {
  const listed = await git('ls-remote', `${url}/r-1/git`);
  expect(listed).toBe(`${first}\trefs/entropy/r-1/base`);
  const clone = freshFolder();
  inRepository(clone, 'init', '-q');
  await git('-C', clone, 'fetch', '-q', `${url}/r-1/git`, 'refs/entropy/r-1/base');
  await git('-C', clone, 'checkout', '-q', 'FETCH_HEAD');
  expect(readFileSync(join(clone, 'a.txt'), 'utf8')).toBe('one\n');
  expect(inRepository(clone, 'rev-parse', 'HEAD')).toBe(first);
});

test('a shallow fetch works', async () => {
  const clone = freshFolder();
  inRepository(clone, 'init', '-q');
  await git('-C', clone, 'fetch', '-q', '--depth=1', `${url}/r-2/git`, 'refs/entropy/r-2/base');
  expect(inRepository(clone, 'rev-list', '--count', 'FETCH_HEAD')).toBe('1');
});

test('an object of another run is refused, whatever the protocol', async () => {
  const clone = freshFolder();
  inRepository(clone, 'init', '-q');
  for (const version of ['0', '2']) {
    const how = ['-c', `protocol.version=${version}`, '-C', clone, 'fetch', `${url}/r-1/git`];
    await expect(git(...how, second)).rejects.toThrow(/not our ref|does not allow|unadvertised/);
  }
});

test('nothing can be written, and nothing else is served', async () => {
  await expect(git('-C', path, 'push', `${url}/r-1/git`, 'main:refs/heads/x')).rejects.toThrow(
    /403/,
  );
  const status = async (suffix: string, init?: RequestInit) =>
    (await fetch(`${url}/r-1/git/${suffix}`, init)).status;
  expect(await status('info/refs')).toBe(403);
  expect(await status('HEAD')).toBe(404);
  expect(await status('git-upload-pack')).toBe(405);
  expect(await status('git-upload-pack', { method: 'POST', body: 'x' })).toBe(415);
  expect(await status('git-receive-pack', { method: 'POST', body: 'x' })).toBe(403);
  const odd = await fetch(`${url}/refs.heads/git/info/refs?service=git-upload-pack`);
  expect(odd.status).toBe(404);
});

test('a body is unpacked and bounded after unpacking', async () => {
  const post = (body: Uint8Array<ArrayBuffer>, encoding?: string) =>
    fetch(`${url}/r-1/git/git-upload-pack`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        ...(encoding ? { 'content-encoding': encoding } : {}),
      },
    });
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000)));
  expect(bomb.length).toBeLessThan(100_000);
  expect((await post(bomb, 'gzip')).status).toBe(413);
  expect((await post(new Uint8Array(Buffer.from('no gzip')), 'gzip')).status).toBe(400);
  expect((await post(new Uint8Array(5), 'br')).status).toBe(415);
  const want = `0032want ${first}\n00000009done\n`;
  const answer = await post(new Uint8Array(gzipSync(Buffer.from(want))), 'gzip');
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toMatch(/^0008NAK\nPACK/);
});

test('a client that goes away ends the child', async () => {
  const before = finished;
  const want = `0032want ${first}\n00000009done\n`;
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  const head = `POST /r-1/git/git-upload-pack HTTP/1.1\r\nhost: x\r\ncontent-length: ${want.length}`;
  socket.write(`${head}\r\ncontent-type: application/x-git-upload-pack-request\r\n\r\n${want}`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  while (finished === before) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await git('--git-dir', mirror, 'rev-parse', 'refs/entropy/r-1/base')).toBe(first);
});
