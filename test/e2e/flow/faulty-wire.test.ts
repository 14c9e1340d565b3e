import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DemoIssue, demoIssues } from '../../../lib/local/playground/demo-issues.ts';
import { type Account, openAccount } from './fixtures/account.ts';
import { expectMergedOnce } from './fixtures/at-rest.ts';
import { faultyWire } from './fixtures/faulty-wire.ts';

let account: Account;
let close = () => {};
beforeAll(async () => {
  account = await openAccount();
}, 300_000);
afterAll(async () => {
  close();
  await account?.close();
});

const bug = demoIssues.find(({ name }) => name === 'bug') as DemoIssue;

test('whatever happens to each write on its way to the table, the ledger and other services, issues are merged once', async () => {
  const wire = await faultyWire(account);
  close = wire.close;
  const filed = await Promise.all([1, 2, 3].map((n) => account.file(bug, `cron-lines-${n}`)));
  for (const one of filed) {
    await expectMergedOnce(account, await account.settled(one));
    expect(await account.runsOn(one)).toHaveLength(1);
  }
  process.stderr.write(`${JSON.stringify(Object.fromEntries(wire.met), null, 1)}\n`);
  expect(new Set([...wire.met.values()].flat())).toEqual(
    new Set(['unheard', 'lost', 'busy', 'conflicted']),
  );
}, 900_000);
