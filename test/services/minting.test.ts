import { describe, expect, test } from '@jest/globals';
import type { MintRequest } from '../../lib/domain/mint.ts';
import { answerMint, mintWithin } from '../../lib/services/minting.ts';

/** Tells what is minted. */
function watched() {
  const minted: MintRequest[] = [];
  const mint = async (request: MintRequest) => {
    minted.push(request);
    return { token: 'ghs_1', app: true, slug: 'bot', revoke: async () => undefined };
  };
  return { minted, mint };
}
const asking = (permissions: unknown, repository: unknown = 'octo/calc') => ({
  repository,
  permissions,
});
const refused = expect.objectContaining({ name: 'ScopeRefused' });

test('gives what is under the cap, and no way to end it but the token', async () => {
  const { mint, minted } = watched();
  const answer = await mintWithin('write', mint, asking({ contents: 'write', metadata: 'read' }));
  expect(answer).toEqual({ token: 'ghs_1', app: true, slug: 'bot' });
  expect(minted).toEqual([asking({ contents: 'write', metadata: 'read' })]);
});

const names = ['checks', 'contents', 'issues', 'metadata', 'pull_requests'];
const never = [
  'workflows',
  'actions',
  'administration',
  'secrets',
  'members',
  '__proto__',
  'toString',
];

describe('the cap to read', () => {
  test.each(names)('gives %s to read, not to write', async (name) => {
    const { mint, minted } = watched();
    await mintWithin('read', mint, asking({ [name]: 'read' }));
    await expect(mintWithin('read', mint, asking({ [name]: 'write' }))).rejects.toEqual(refused);
    const both = asking({ contents: 'read', [name]: 'write' });
    await expect(mintWithin('read', mint, both)).rejects.toEqual(refused);
    expect(minted).toHaveLength(1);
  });
});

describe.each(['read', 'write'] as const)('whatever the cap, as with %s', (cap) => {
  test.each(never)('nobody is given %s', async (name) => {
    const { mint, minted } = watched();
    for (const level of ['read', 'write', 'admin']) {
      const request = JSON.parse(`{"repository":"octo/calc","permissions":{"${name}":"${level}"}}`);
      await expect(mintWithin(cap, mint, request)).rejects.toEqual(refused);
    }
    expect(minted).toEqual([]);
  });

  test.each([
    ['no level there is', asking({ contents: 'admin' })],
    ['an empty level', asking({ contents: '' })],
    ['no permission', asking({})],
    ['no list of permissions', asking(undefined)],
    ['a list', asking(['contents'])],
    ['no repository', asking({ contents: 'read' }, null)],
    ['all of an account', asking({ contents: 'read' }, 'octo')],
    ['a path', asking({ contents: 'read' }, 'octo/calc/../../orgs')],
    ['several', asking({ contents: 'read' }, ['octo/calc', 'octo/other'])],
    ['more than is known', { ...asking({ contents: 'read' }), repository_ids: [7] }],
    ['nothing', undefined],
  ])('%s is refused', async (_what, request) => {
    const { mint, minted } = watched();
    await expect(mintWithin(cap, mint, request)).rejects.toEqual(refused);
    expect(minted).toEqual([]);
  });
});

test('looks give names and states and mint nothing; what is no look is refused', async () => {
  const { mint, minted } = watched();
  const looks = {
    installed: async (cursor?: string) => ({ names: ['o/r'], next: cursor ?? '0:2' }),
    inspect: async (repository?: string) => [{ name: repository ?? 'app' }],
  };
  const answer = (request: unknown) => answerMint('read', mint, looks, request);
  expect(await answer({ look: 'installed' })).toEqual({ names: ['o/r'], next: '0:2' });
  expect(await answer({ look: 'installed', cursor: '5:1' })).toMatchObject({ next: '5:1' });
  expect(await answer({ look: 'app', repository: 'o/r' })).toEqual({ findings: [{ name: 'o/r' }] });
  for (const request of [
    ...[{ look: 'key' }, { look: 'installed', cursor: 7 }, { look: 'app', repository: '../x' }],
    { look: 'app', permissions: { contents: 'write' } },
  ]) {
    await expect(answer(request)).rejects.toEqual(refused);
  }
  expect(minted).toEqual([]);
  expect(await answer(asking({ issues: 'read' }))).toMatchObject({ token: 'ghs_1' });
});
