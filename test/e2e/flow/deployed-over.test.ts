import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { environmentNames } from '../../../lib/aws/environment-names.ts';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectMergedOnce } from './fixtures/at-rest.ts';
import { functionsOf } from './fixtures/functions.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

test('a run that is at work while all functions are changed by a deployment is merged once', async () => {
  const answer = account.model.hold('coder', 2);
  const filed = await account.file(bug);
  await until('work of the coder', async () => account.model.asked('coder', 2) || undefined);
  // The same GitHub by another name: whoever speaks to it is deployed anew, and the gateway waits for a model meanwhile.
  const githubApi = account.playground.apiUrl.replace('127.0.0.1', 'localhost');
  await account.deploy({ githubApi, capacity: '1' });
  const changed = await functionsOf(account);
  for (const name of ['dispatch', 'lifecycle', 'gateway', 'sweep', 'mint-read'] as const) {
    const { Variables = {} } = changed.get(name)?.Environment ?? {};
    expect([name, Variables[environmentNames.githubApi]]).toEqual([name, githubApi]);
  }
  answer();
  await expectMergedOnce(account, await account.settled(filed));
  const after = await account.file(bug, 'cron-lines-after');
  await expectMergedOnce(account, await account.settled(after));
}, 1_800_000);
