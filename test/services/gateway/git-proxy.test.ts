import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gitHubUploadPack } from '../../../lib/github/upload-pack.ts';
import { playgroundWith } from '../../github/playground-fixture.ts';
import { freshFolder, inRepository } from '../../local/source/git-fixture.ts';
import { type ProxyServer, startProxy } from './git-proxy-server.ts';

const execute = promisify(execFile);
const git = async (...args: string[]) => (await execute('git', args)).stdout.trim();

let github: Awaited<ReturnType<typeof playgroundWith>>;
let proxy: ProxyServer;
/** Ten commits of `main` after the first, whose fourth is the base; the eleventh is on a branch of its own. */
let commits: string[] = [];
let aside: string[] = [];
let base = '';
const runs = () => {
  const repository = { forge: 'github' as const, name: github.repository };
  return [
    { id: 'r-1', repository, commit: base },
    { id: 'r-2', repository, commit: commits[5] ?? '' },
    { id: 'r-gone', repository, commit: 'd'.repeat(40) },
  ];
};

beforeAll(async () => {
  github = await playgroundWith({ private: true });
  const work = freshFolder();
  const token = await github.playground.userToken('maria');
  const url = github.playground.gitUrl(github.repository).replace('//', `//x:${token}@`);
  await git('clone', '-q', url, work);
  const write = (n: string) => {
    writeFileSync(join(work, 'n.txt'), `${n}\n`);
    inRepository(work, 'add', '-A');
    inRepository(work, 'commit', '-q', '-m', n);
    return inRepository(work, 'rev-parse', 'HEAD');
  };
  commits = Array.from({ length: 10 }, (_, n) => write(`number ${n}`));
  base = commits[3] ?? '';
  await git('-C', work, 'push', '-q', 'origin', 'HEAD:main');
  inRepository(work, 'checkout', '-q', '-b', 'aside');
  aside = ['a', 'b'].map((name) => write(`aside ${name}`));
  await git('-C', work, 'push', '-q', 'origin', 'aside');
  proxy = await startProxy(runs, {
    uploadPack: gitHubUploadPack(github.access),
    bodyLimit: 100_000,
  });
});
beforeEach(() => void github.minted.splice(0));
afterAll(async () => {
  proxy.close();
  await github.playground.close();
});

const fresh = () => {
  const clone = freshFolder();
  inRepository(clone, 'init', '-q');
  return clone;
};
const fetchBase = (clone: string, ...how: string[]) =>
  git('-C', clone, 'fetch', '-q', ...how, proxy.urlOf('r-1'), 'refs/entropy/r-1/base');
const count = (clone: string) => inRepository(clone, 'rev-list', '--count', 'FETCH_HEAD');

describe('a run', () => {
  test('fetches the commit that it is based on, though branches have moved on', async () => {
    const clone = fresh();
    await fetchBase(clone, '--no-tags', '--depth=50');
    expect(inRepository(clone, 'rev-parse', 'FETCH_HEAD')).toBe(base);
    expect(inRepository(clone, 'show', 'FETCH_HEAD:n.txt')).toBe('number 3');
    expect(count(clone)).toBe('5');
    expect(github.minted.length).toBeGreaterThan(0);
    for (const one of github.minted) {
      expect(one).toMatchObject({ permissions: { contents: 'read' }, revoked: true });
    }
  });

  test.each(['0', '1', '2'])('sees its base and nothing else by protocol %s', async (version) => {
    const how = ['-c', `protocol.version=${version}`];
    const listed = await git(...how, 'ls-remote', proxy.urlOf('r-1'));
    expect(listed).toBe(`${base}\trefs/entropy/r-1/base`);
    const clone = fresh();
    const from = [proxy.urlOf('r-1'), 'refs/entropy/r-1/base'];
    await git(...how, '-C', clone, 'fetch', '-q', '--depth=2', ...from);
    expect(count(clone)).toBe('2');
  });

  test('deepens what it has, by number, by date and to the first commit', async () => {
    const clone = fresh();
    await fetchBase(clone, '--depth=1');
    expect(count(clone)).toBe('1');
    await fetchBase(clone, '--deepen=2');
    expect(count(clone)).toBe('3');
    await fetchBase(clone, '--shallow-since=2020-01-01');
    expect(count(clone)).toBe('5');
    await fetchBase(clone, '--depth=1');
    await fetchBase(clone, '--unshallow');
    expect(inRepository(clone, 'rev-parse', '--is-shallow-repository')).toBe('false');
    expect(count(clone)).toBe('5');
  });

  test('fetches a commit that no branch leads to any more', async () => {
    const forced = { sha: aside[1] ?? '', force: true };
    const change = (body: object) =>
      github.playground.request('maria', 'PATCH', '/repos/octo/calc/git/refs/heads/main', body);
    await change(forced);
    const clone = fresh();
    await git('-C', clone, 'fetch', '-q', proxy.urlOf('r-2'), 'refs/entropy/r-2/base');
    expect(inRepository(clone, 'rev-parse', 'FETCH_HEAD')).toBe(commits[5]);
    await change({ sha: commits[9] ?? '', force: true });
  });

  test('goes on from what it has of other commits', async () => {
    const clone = fresh();
    await fetchBase(clone);
    const from = [proxy.urlOf('r-2'), 'refs/entropy/r-2/base'];
    await git('-C', clone, 'fetch', '-q', ...from);
    expect(inRepository(clone, 'show', 'FETCH_HEAD:n.txt')).toBe('number 5');
  });
});

const line = (text: string) => `${(text.length + 5).toString(16).padStart(4, '0')}${text}\n`;
const post = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
  const response = await fetch(`${proxy.urlOf('r-1')}/git-upload-pack`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'application/x-git-upload-pack-request', ...headers },
  });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
};

describe('what is not the run’s', () => {
  test('is not fetched: another commit, another run, a single object', async () => {
    const clone = fresh();
    const blob = inRepository(await whole(), 'rev-parse', `${base}:n.txt`);
    for (const id of [commits[9] ?? '', aside[0] ?? '', blob]) {
      const fetched = git('-C', clone, 'fetch', proxy.urlOf('r-1'), id);
      await expect(fetched).rejects.toThrow(/does not allow|unadvertised|not our ref/);
      expect(await post(`${line(`want ${id}`)}0000${line('done')}`)).toMatchObject({ status: 403 });
      const second = `${line(`want ${base} ofs-delta`)}${line(`want ${id}`)}0000${line('done')}`;
      expect(await post(second)).toMatchObject({ status: 403 });
    }
    const other = git('-C', clone, 'fetch', proxy.urlOf('r-1'), 'refs/entropy/r-2/base');
    await expect(other).rejects.toThrow(/couldn't find remote ref/);
    expect(github.minted).toEqual([]);
  });

  test('does not come by what a client says of its shallow commits', async () => {
    const said = [`want ${base} ofs-delta`, `shallow ${aside[1]}`, 'deepen 2147483647'];
    const { status, body } = await post(`${said.map(line).join('')}0000${line('done')}`);
    expect(status).toBe(200);
    const clone = fresh();
    writeFileSync(join(clone, 'pack'), body.subarray(body.indexOf('PACK')));
    await execute('sh', ['-c', 'git unpack-objects -q <pack'], { cwd: clone });
    expect(inRepository(clone, 'cat-file', '-t', base)).toBe('commit');
    expect(() => inRepository(clone, 'cat-file', '-t', aside[0] ?? '')).toThrow();
  });

  test('is nothing to write to', async () => {
    const push = git('-C', await whole(), 'push', proxy.urlOf('r-1'), `${base}:refs/heads/x`);
    await expect(push).rejects.toThrow(/403/);
    const status = async (path: string, init?: RequestInit) =>
      (await fetch(`${proxy.urlOf('r-1')}/${path}`, init)).status;
    expect(await status('info/refs?service=git-receive-pack')).toBe(403);
    expect(await status('git-receive-pack', { method: 'POST', body: 'x' })).toBe(403);
    expect(await status('info/refs')).toBe(403);
    expect(await status('HEAD')).toBe(404);
    expect(await status('git-upload-pack')).toBe(405);
    expect(await status('git-upload-pack', { method: 'POST', body: 'x' })).toBe(415);
    expect(github.minted).toEqual([]);
  });

  test('is not asked for in words that were not offered', async () => {
    const wanted = `want ${base}`;
    for (const lines of [
      [`${wanted} filter`],
      [`${wanted} allow-any-sha1-in-want`],
      [wanted, 'filter blob:none'],
      [wanted, 'deepen-not main'],
      [wanted, `shallow ${base}x`],
      ['command=fetch'],
    ]) {
      const asked = await post(`${lines.map(line).join('')}0000${line('done')}`);
      expect([lines, asked.status]).toEqual([lines, 403]);
    }
    for (const odd of ['zzzz', '0003', '00ff', `0001${line(wanted)}`, '0004']) {
      expect([odd, (await post(odd)).status]).toEqual([odd, 400]);
    }
    expect(await post('0000')).toEqual({ status: 200, body: Buffer.alloc(0) });
    expect(github.minted).toEqual([]);
  });
});

/** A clone with all branches, by a person's token. */
async function whole(): Promise<string> {
  const token = await github.playground.userToken('maria');
  const url = github.playground.gitUrl(github.repository).replace('//', `//x:${token}@`);
  const folder = freshFolder();
  await git('clone', '-q', url, folder);
  return folder;
}

test('a body is unpacked and bounded after unpacking', async () => {
  const gzip = { 'content-encoding': 'gzip' };
  expect((await post(new Uint8Array(gzipSync(Buffer.alloc(50_000_000))), gzip)).status).toBe(413);
  expect((await post(Buffer.alloc(100_001))).status).toBe(413);
  expect((await post('no gzip', gzip)).status).toBe(400);
  expect((await post('00000', { 'content-encoding': 'br' })).status).toBe(415);
  const want = `${line(`want ${base}`)}0000${line('done')}`;
  const answer = await post(new Uint8Array(gzipSync(Buffer.from(want))), gzip);
  expect(answer.status).toBe(200);
  expect(answer.body.toString('latin1')).toMatch(/^0008NAK\nPACK/);
});

test('a commit that is gone from GitHub is not there', async () => {
  const clone = fresh();
  const gone = git('-C', clone, 'fetch', proxy.urlOf('r-gone'), 'refs/entropy/r-gone/base');
  await expect(gone).rejects.toThrow(/not our ref/);
  expect(github.minted).toMatchObject([{ revoked: true }]);
});
