import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ForgeUnavailable } from '../../lib/domain/errors.ts';
import { githubForge } from '../../lib/github/github-forge.ts';
import { tokenMinter } from '../../lib/github/minter.ts';

// Answers as GitHub does to a person's token, which the playground has no statuses for.
const seen: { what: string; body: unknown }[] = [];
const runOf = (id: number, slug: string) => ({ id, name: 'entropy/review', app: { id, slug } });
const server = createServer(async (request, response) => {
  const body = await text(request);
  const what = `${request.method} ${request.url?.split('?')[0]}`;
  seen.push({ what, body: body === '' ? undefined : JSON.parse(body) });
  const answer = (status: number, value: string) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(value);
  };
  if (what === 'POST /repos/o/n/check-runs') {
    return answer(403, '{"message":"You must authenticate via a GitHub App."}');
  }
  if (what === 'POST /repos/o/n/statuses/abc') return answer(201, '{"url":"https://x/1"}');
  if (what.startsWith('PATCH /repos/o/n/check-runs/')) {
    return answer(200, '{"url":"https://x/2","html_url":"https://x/2"}');
  }
  if (what === 'GET /repos/o/n/commits/shared/check-runs') {
    return answer(200, JSON.stringify({ check_runs: [runOf(1, 'theirs'), runOf(2, 'ours')] }));
  }
  if (what.startsWith('GET /repos/o/n/commits/')) return answer(200, '{"check_runs":[]}');
  if (what === 'GET /repos/o/n/issues/1') return answer(200, '{"title":"cut o');
  return answer(429, '{"message":"slow down"}');
});
let apiUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
const forge = () => githubForge('o/n', { apiUrl, mint: tokenMinter('my-secret-token') });

test('with a plain token the verdict is a commit status', async () => {
  const check = { commit: 'abc', name: 'entropy/review', title: 'Approved', summary: 'S' };
  expect(await forge().checkRun({ ...check, conclusion: 'success' })).toEqual({
    url: 'https://x/1',
  });
  expect(seen.at(-1)?.body).toEqual({
    ...{ context: 'entropy/review', state: 'success', description: 'Approved' },
  });
});

test.each([
  ['ours', 'PATCH /repos/o/n/check-runs/2'],
  ['theirs', 'PATCH /repos/o/n/check-runs/1'],
  ['another', 'POST /repos/o/n/check-runs'],
])("the App %s takes no other's check run of that name for its own", async (slug, written) => {
  const minted = { token: 'x', app: true, slug, revoke: async () => undefined };
  const app = githubForge('o/n', { apiUrl, mint: async () => minted });
  const check = { commit: 'shared', name: 'entropy/review', title: 'T', summary: 'S' };
  await app.checkRun(check).catch(() => undefined);
  expect(seen.at(-1)?.what).toBe(written);
});

test('with a plain token an App’s check run is left to it', async () => {
  const check = { commit: 'shared', name: 'entropy/review', title: 'T', summary: 'S' };
  const from = seen.length;
  await forge()
    .checkRun(check)
    .catch(() => undefined);
  expect(seen.slice(from).map(({ what }) => what)).toEqual([
    'GET /repos/o/n/commits/shared/check-runs',
    'POST /repos/o/n/check-runs',
    'POST /repos/o/n/statuses/shared',
  ]);
});

test('an answer that broke off and a limit are told as what may pass', async () => {
  await expect(forge().readIssue('1')).rejects.toThrow(ForgeUnavailable);
  const limited = forge().comment('1', 'my-secret-token');
  await expect(limited).rejects.toMatchObject({ name: 'ForgeUnavailable', status: 429 });
  await expect(limited).rejects.not.toThrow(/my-secret-token/);
});
