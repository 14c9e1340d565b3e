import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Account, bug, openAccount } from './fixtures/account.ts';
import { expectAtRest } from './fixtures/at-rest.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

test('twenty issues at once all end, none twice', async () => {
  const began = performance.now();
  const filed = await Promise.all(
    Array.from({ length: 20 }, (_, n) => account.file(bug, `cron-lines-${n}`)),
  );
  const runs = await Promise.all(filed.map((one) => account.settled(one)));
  const seconds = Math.round((performance.now() - began) / 1000);
  expect(runs.map(({ outcome, error }) => [outcome, error])).toEqual(
    runs.map(() => ['merged', undefined]),
  );
  for (const one of filed) expect(await account.runsOn(one)).toHaveLength(1);
  for (const run of runs) await expectAtRest(account, run);
  const megabytes = Math.round(process.memoryUsage.rss() / 1024 ** 2);
  process.stderr.write(
    `e2e: twenty issues in ${seconds} s; ${megabytes} MB in the test's process\n`,
  );
}, 1_500_000);
