import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installedBatch, installedRepositories } from '../../lib/github/installed-repositories.ts';
import { type Playground, startPlayground } from '../../lib/local/playground/playground.ts';
import { freshFolder } from '../local/source/git-fixture.ts';
import { appKeys } from './playground-fixture.ts';

const owners = ['ada', 'bea', 'cem', 'dag', 'eva', 'fay', 'gil'];
const all = [...owners.map((owner) => `${owner}/one`), 'ada/two'].sort();

let github: Playground;
beforeAll(async () => {
  github = await startPlayground({ dataDir: freshFolder(), appPublicKey: appKeys.publicKey });
  for (const owner of owners)
    await github.seedRepository({ owner, name: 'one', files: { a: '1' } });
  await github.seedRepository({ owner: 'ada', name: 'two', files: { a: '1' } });
}, 180_000);
afterAll(() => github.close());

const options = () => ({
  appId: github.app.id,
  privateKey: appKeys.privateKey,
  apiUrl: github.apiUrl,
});

test('they come in batches of at most five installations, each from where the last one ended', async () => {
  const first = await installedBatch(options());
  expect(first.names).toHaveLength(6);
  const second = await installedBatch(options(), first.next);
  expect(second).toEqual({ names: ['fay/one', 'gil/one'] });
  expect([...first.names, ...second.names].sort()).toEqual(all);
});

test('all of them are as many as all batches have, and no token is left', async () => {
  expect([...(await installedRepositories(options()))].sort()).toEqual(all);
  expect(await github.liveTokens()).toBe(0);
});

test('a place that is gone, or none at all, is no error', async () => {
  expect(await installedBatch(options(), '40:1')).toEqual({ names: [] });
  expect((await installedBatch(options(), 'no place')).names).toHaveLength(6);
});
