import { createSign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Octokit } from '@octokit/core';
import { failure, keys, type Running, repo, startRunning } from './running.ts';

let running: Running;
let skipped = 0;

beforeAll(async () => {
  running = await startRunning({ now: () => Date.now() + skipped });
  await running.playground.seedRepository({
    owner: 'acme',
    name: 'other',
    private: true,
    files: {},
  });
  await running.playground.seedRepository({ owner: 'acme', name: 'open', files: {} });
});
afterAll(() => running.stop());

const mint = (body: object) =>
  running.app.request('POST /app/installations/{installation_id}/access_tokens', {
    installation_id: running.seeded.installationId,
    ...body,
  });

describe('tokens of the App', () => {
  test('the App finds its installation by repository', async () => {
    const { data } = await running.app.request('GET /repos/{owner}/{repo}/installation', repo);
    expect(data).toMatchObject({ id: running.seeded.installationId, app_slug: 'entropy' });
    expect((await running.app.request('GET /app')).data).toMatchObject({ id: 1001 });
  });

  test('an installation token is long, names its repository and lives an hour', async () => {
    const { status, data } = await mint({
      repositories: ['widgets'],
      permissions: { contents: 'write' },
    });
    expect(status).toBe(201);
    expect(data.token).toMatch(/^ghs_[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(data.token.length).toBeGreaterThan(200);
    expect(data.permissions).toEqual({ contents: 'write', metadata: 'read' });
    expect(data.repositories?.map((each) => each.full_name)).toEqual(['acme/widgets']);
    const left = Date.parse(data.expires_at) - Date.now();
    expect(Math.round(left / 60_000)).toBe(60);
  });

  test('what the installation has not is not given', async () => {
    expect((await failure(mint({ repositories: ['nope'] }))).status).toBe(422);
    expect((await failure(mint({ permissions: { administration: 'read' } }))).status).toBe(422);
    expect((await failure(mint({ permissions: { metadata: 'write' } }))).status).toBe(422);
  });

  test.each([
    ['signed by another key', {}, true],
    ['of another App', { iss: 7 }, false],
    ['that lives too long', { exp: 700 }, false],
    ['that has expired', { iat: -700, exp: -100 }, false],
    ['from the future', { iat: 500 }, false],
  ])('a JSON web token %s is refused', async (_, claims: Record<string, number>, forged) => {
    const now = Math.floor(Date.now() / 1000);
    const { iat = -30, exp = 500, iss = 1001 } = claims;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'RS256' })}.${encode({ iat: now + iat, exp: now + exp, iss })}`;
    const body = forged ? `${signed} ` : signed;
    const signature = createSign('sha256').update(body).sign(keys.privateKey, 'base64url');
    const auth = `bearer ${signed}.${signature}`;
    const client = new Octokit({ baseUrl: running.playground.apiUrl });
    const refused = await failure(client.request('GET /app', { headers: { authorization: auth } }));
    expect(refused.status).toBe(401);
  });

  test('a revoked token and an expired one are dead', async () => {
    const one = await running.installation();
    await one.request('GET /repos/{owner}/{repo}', repo);
    expect((await one.request('DELETE /installation/token')).status).toBe(204);
    expect(await failure(one.request('GET /repos/{owner}/{repo}', repo))).toMatchObject({
      status: 401,
      message: 'Bad credentials',
    });
    const two = await running.installation();
    skipped = 61 * 60_000;
    expect((await failure(two.request('GET /repos/{owner}/{repo}', repo))).status).toBe(401);
    skipped = 0;
  });
});

describe('what a token may do', () => {
  test('no more than its permissions', async () => {
    const reader = await running.installation({ issues: 'read' });
    const at = { ...repo, title: 'x' };
    const forbidden = { status: 403, message: 'Resource not accessible by integration' };
    await reader.request('GET /repos/{owner}/{repo}/issues', repo);
    expect(await failure(reader.request('POST /repos/{owner}/{repo}/issues', at))).toMatchObject(
      forbidden,
    );
    expect(await failure(reader.request('GET /repos/{owner}/{repo}/pulls', repo))).toMatchObject(
      forbidden,
    );
  });

  test('nothing in a repository that it does not name', async () => {
    const client = await running.installation();
    const issue = (name: string) =>
      client.request('POST /repos/{owner}/{repo}/issues', {
        owner: 'acme',
        repo: name,
        title: 'x',
      });
    expect((await failure(issue('other'))).status).toBe(404);
    expect((await failure(issue('open'))).status).toBe(403);
  });

  test('people have what their role gives', async () => {
    const sam = await running.user('sam');
    const rob = await running.user('rob');
    const mia = await running.user('mia');
    expect((await failure(sam.request('GET /repos/{owner}/{repo}', repo))).status).toBe(404);
    await rob.request('GET /repos/{owner}/{repo}', repo);
    const blob = { ...repo, content: 'x' };
    expect((await failure(rob.request('POST /repos/{owner}/{repo}/git/blobs', blob))).status).toBe(
      403,
    );
    await mia.request('POST /repos/{owner}/{repo}/git/blobs', blob);
    const check = { ...repo, name: 'x', head_sha: running.seeded.commit };
    const checked = mia.request('POST /repos/{owner}/{repo}/check-runs', check);
    expect(await failure(checked)).toMatchObject({
      status: 403,
      message: 'You must authenticate via a GitHub App.',
    });
  });

  test('the permission of a collaborator can be read', async () => {
    const client = await running.installation({ metadata: 'read' });
    const permission = async (username: string) =>
      (
        await client.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
          ...repo,
          username,
        })
      ).data.permission;
    expect(await permission('acme')).toBe('admin');
    expect(await permission('mia')).toBe('write');
    expect(await permission('rob')).toBe('read');
    expect(await permission('sam')).toBe('none');
    expect((await failure(permission('nobody'))).status).toBe(404);
  });

  test('without a token public things can be read', async () => {
    const nobody = new Octokit({ baseUrl: running.playground.apiUrl });
    await nobody.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'open' });
    expect((await failure(nobody.request('GET /repos/{owner}/{repo}', repo))).status).toBe(404);
    const write = nobody.request('POST /repos/{owner}/{repo}/issues', {
      owner: 'acme',
      repo: 'open',
      title: 'x',
    });
    expect((await failure(write)).status).toBe(401);
  });
});

test('answers carry the headers and error shape of GitHub', async () => {
  const rob = await running.user('rob');
  const { headers } = await rob.request('GET /repos/{owner}/{repo}', repo);
  expect(headers['x-github-request-id']).toMatch(/^[0-9A-F]+$/);
  expect(headers['x-ratelimit-limit']).toBe('5000');
  const { 'x-ratelimit-remaining': left, 'x-ratelimit-used': used } = headers;
  expect([Number(left) + Number(used), used !== '0']).toEqual([5000, true]);
  const unknown = await failure(rob.request('GET /repos/{owner}/{repo}/nothing', repo));
  expect(unknown).toMatchObject({ status: 404, message: 'Not Found' });
  expect(unknown).toHaveProperty('documentation_url');
  const large = await fetch(`${running.playground.apiUrl}/repos/acme/widgets/issues`, {
    method: 'POST',
    body: Buffer.alloc(26 * 1024 * 1024),
  }).then(
    (answer) => answer.status,
    () => 413, // the server may hang up before it has taken all
  );
  expect(large).toBe(413);
});
