import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoClient } from '../../../lib/aws/store/client.ts';
import { claimKey } from '../../../lib/aws/store/keys.ts';
import { openTable } from '../../../lib/aws/store/table.ts';
import { type Claim, clockSkewMs } from '../../../lib/domain/claim.ts';
import { issueKeyOf, type Run } from '../../../lib/domain/run.ts';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectAtRest, expectMergedOnce } from './fixtures/at-rest.ts';
import { containerOf, docker } from './fixtures/containers.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

/** The lease's time goes by: its end is moved to the past. */
async function lapse(run: Run): Promise<void> {
  const table = openTable(dynamoClient(), account.outputs.TableName);
  const key = claimKey(issueKeyOf(run.repository, run.issue));
  await table.write(async () => {
    const { body = '' } = (await table.get<{ body: string }>(key)) ?? {};
    const claim: Claim = { ...JSON.parse(body), leaseUntil: Date.now() - 2 * clockSkewMs };
    const put = { ...key, body: JSON.stringify(claim) };
    return { result: undefined, writes: [{ name: 'claim', put }] };
  });
}

test('a run whose machine stood still until its lease was over finds the issue taken, and touches nothing of it', async () => {
  const answer = account.model.hold('coder', 4);
  const filed = await account.file(bug);
  const about = { repository: filed.repository, number: filed.number, by: 'ada', label: 'entropy' };
  await until('work of the coder', async () => account.model.asked('coder', 4) || undefined);
  const [first] = (await account.runsOn(filed)) as [Run];
  const container = containerOf(first.id, 'coder') ?? 'none';
  docker('pause', container);
  answer();
  // It is asked to stop and can't hear it; who comes next waits for it no longer than its lease.
  await account.playground.unlabel(about);
  const key = issueKeyOf(first.repository, first.issue);
  await until(
    'the wish that it stops',
    async () => (await account.stores.claims.get(key))?.cancelAt,
  );
  await lapse(first);
  await account.playground.label(about);
  const second = await until('a run that took over', async () => {
    const [, found] = await account.runsOn(filed);
    return found?.fence === undefined ? undefined : found;
  });
  expect([first.fence, second.fence]).toEqual([1, 2]);
  expect((await account.stores.claims.get(key))?.owner).toBe(second.id);
  docker('unpause', container);
  const [lost, won] = [await account.settled(filed, 1), await account.settled(filed, 2)];
  await expectMergedOnce(account, won);
  expect(lost.outcome).not.toBe('merged');
  expect(lost.pullRequest).toBeUndefined();
  await expectAtRest(account, lost);
  expect(await account.stores.claims.get(key)).toEqual({ key, fence: 2 });
}, 1_800_000);
