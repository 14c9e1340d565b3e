import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectMergedOnce } from './fixtures/at-rest.ts';
import { sweep } from './fixtures/functions.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

/** Ids of the deliveries about a label that went out since the first `before`, in their order. */
async function labelDeliveries(before: number) {
  const all = (await account.playground.deliveries()).slice(before);
  return all.flatMap(({ action, guid }) => (/label/.test(action ?? '') ? [{ action, guid }] : []));
}

test('what no delivery told is found by the sweep, which asks where the App is installed', async () => {
  account.door.shut(true);
  const filed = await account.file(bug, 'cron-lines-unheard');
  await account.playground.settled();
  const [missed] = await labelDeliveries(0);
  expect(await account.runsOn(filed)).toEqual([]);
  await sweep(account);
  account.door.shut(false);
  const run = await account.settled(filed);
  await expectMergedOnce(account, run);
  // What comes after all is about the run that was.
  await account.playground.redeliver(missed?.guid ?? '');
  await until(
    'an empty inbox',
    async () => (await account.stores.inbox.pending(1)).length === 0 || undefined,
  );
  expect(await account.runsOn(filed)).toHaveLength(1);
}, 1_800_000);

test('deliveries that come twice, and the last one first, start one run, and stop none', async () => {
  const { playground } = account;
  const before = (await playground.deliveries()).length;
  account.door.shut(true);
  const filed = await account.file(bug, 'cron-lines-reordered');
  const label = { repository: filed.repository, number: filed.number, by: 'ada', label: 'entropy' };
  await playground.unlabel(label);
  await playground.label(label);
  await playground.settled();
  account.door.shut(false);
  const missed = await labelDeliveries(before);
  expect(missed.map(({ action }) => action)).toEqual(['labeled', 'unlabeled', 'labeled']);
  for (const { guid } of missed.toReversed()) {
    await Promise.all([playground.redeliver(guid), playground.redeliver(guid)]);
  }
  const run = await account.settled(filed);
  await expectMergedOnce(account, run);
  expect(await account.runsOn(filed)).toHaveLength(1);
}, 1_800_000);
