import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DemoIssue, demoIssues } from '../../../lib/local/playground/demo-issues.ts';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectAtRest, sandboxesOf, tamper } from './fixtures/at-rest.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

async function toItsEnd(issue: DemoIssue) {
  const filed = await account.file(issue);
  if (issue.answer === undefined) return account.settled(filed);
  const asked = await account.settled(filed);
  expect(asked).toMatchObject({ outcome: 'question' });
  await expectAtRest(account, asked);
  await account.answer(filed);
  return account.settled(filed, 2);
}

test('the five issues, at the same time, end as they should, and leave nothing at work', async () => {
  const runs = await Promise.all(demoIssues.map(toItsEnd));
  for (const [n, run] of runs.entries()) {
    const { name, ends } = demoIssues[n] as DemoIssue;
    expect([name, run.outcome, run.error]).toEqual([name, ends.outcome, undefined]);
    const verified = (await account.stores.stages.list(run.id)).filter(
      ({ role }) => role === 'verifier',
    );
    expect([name, verified.length]).toEqual([name, ends.rounds]);
    await expectAtRest(account, run);
  }
}, 1_800_000);

test('what the ledger holds is neither written over nor deleted, by whoever', async () => {
  const [run] = await account.stores.runs.list();
  const tried = await tamper(account, run?.id ?? '');
  expect(tried).toEqual({ overwrite: 'PreconditionFailed', remove: 'AccessDenied' });
});

test('a delivery that comes again starts nothing', async () => {
  const deliveries = await account.playground.deliveries();
  const delivery = deliveries.find(({ action, response }) => {
    return action === 'labeled' && response === 'accepted';
  });
  const before = await account.stores.runs.list();
  const again = await account.playground.redeliver(delivery?.guid ?? '');
  expect(again).toMatchObject({ statusCode: 202, response: 'seen before' });
  expect(await account.stores.runs.list()).toHaveLength(before.length);
});

test('a run that is asked to stop stops its sandbox, by our own means', async () => {
  const filed = await account.file(bug);
  const run = await until('a sandbox at work', async () => {
    const [found] = await account.runsOn(filed);
    if (found === undefined) return undefined;
    return (await sandboxesOf(account, found.id)).length > 0 ? found : undefined;
  });
  await account.playground.unlabel({
    repository: run.repository.name,
    number: filed.number,
    by: 'ada',
    label: 'entropy',
  });
  const ended = await account.settled(filed);
  expect(ended).toMatchObject({ outcome: 'cancelled', note: 'the label entropy was taken off' });
  await expectAtRest(account, ended);
}, 900_000);
