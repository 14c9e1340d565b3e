import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigInvalid, ForgeFailed, ForgeUnavailable } from '../../lib/domain/errors.ts';
import { githubClient } from '../../lib/github/client.ts';
import { minter, tokenMinter } from '../../lib/github/minter.ts';
import { appKeys, playgroundWith } from './playground-fixture.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
beforeAll(async () => {
  github = await playgroundWith({ private: true });
});
afterAll(() => github.playground.close());

const options = () => ({
  appId: github.playground.app.id,
  privateKey: appKeys.privateKey,
  apiUrl: github.access.apiUrl,
});
const at = { owner: 'octo', repo: 'calc', issue_number: 1 };

test('a token names one repository and the permission asked for, and ends when it is revoked', async () => {
  const mint = minter(options());
  const one = await mint({ repository: github.repository, permissions: { issues: 'read' } });
  const { request } = githubClient({ apiUrl: github.access.apiUrl, token: one.token });
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}';
  expect((await request(route, at)).data.title).toBe('sum is wrong');
  const write = request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    ...at,
    body: 'no',
  });
  await expect(write).rejects.toThrow(/answered 403 to POST .*Resource not accessible/);
  await one.revoke();
  await expect(request(route, at)).rejects.toMatchObject({ status: 401 });
  await one.revoke();
});

test('tokens minted at once are different, so that ending one leaves the other', async () => {
  const mint = minter(options());
  const request = { repository: github.repository, permissions: { issues: 'read' } } as const;
  const [one, two] = await Promise.all([mint(request), mint(request)]);
  expect(one.token).not.toBe(two.token);
});

test('an App that is not installed, a key that is none, a server that is away', async () => {
  const permissions = { issues: 'read' } as const;
  const mint = minter(options());
  await expect(mint({ repository: 'nobody/none', permissions })).rejects.toThrow(
    /not installed on nobody\/none; install it there/,
  );
  const bad = minter({ ...options(), privateKey: 'secret-words' });
  const failed = bad({ repository: github.repository, permissions });
  await expect(failed).rejects.toThrow(ConfigInvalid);
  await expect(failed).rejects.not.toThrow(/secret-words/);
  const away = minter({ ...options(), apiUrl: 'http://127.0.0.1:1/api/v3' });
  await expect(away({ repository: github.repository, permissions })).rejects.toThrow(
    ForgeUnavailable,
  );
  const wrong = minter({ ...options(), appId: 7 });
  await expect(wrong({ repository: github.repository, permissions })).rejects.toThrow(ForgeFailed);
});

test('a plain token is given as it is and not ended', async () => {
  const minted = await tokenMinter('plain')({ repository: 'a/b', permissions: {} });
  await minted.revoke();
  expect(minted).toMatchObject({ token: 'plain', app: false });
});
