import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Account, bug, openAccount } from './fixtures/account.ts';
import { expectMergedOnce } from './fixtures/at-rest.ts';
import { failing } from './fixtures/failing-functions.ts';

let account: Account;
let close = () => {};
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(async () => {
  close();
  await account?.close();
});

interface States {
  readonly [name: string]: {
    readonly Parameters?: { readonly Payload?: { readonly step?: string; readonly role?: string } };
    readonly Branches?: readonly { readonly States: States }[];
  };
}

/** What the lifecycle calls functions for. */
function worksIn(states: States): string[] {
  return Object.values(states).flatMap(({ Parameters, Branches = [] }) => {
    const { step, role } = Parameters?.Payload ?? {};
    const own = step === undefined ? [] : [[step, role].filter(Boolean).join(' ')];
    return [...own, ...Branches.flatMap((branch) => worksIn(branch.States))];
  });
}

const machine = new URL('../../../statemachines/issue-run.asl.json', import.meta.url);
const steps = worksIn(JSON.parse(readFileSync(machine, 'utf8')).States);

test('where every step fails once before it began and once when it was done, the issue is merged once', async () => {
  const faults = await failing(account, ['lifecycle', 'close-stage', 'dispatch', 'ledger-writer']);
  close = faults.close;
  const filed = await account.file(bug);
  await expectMergedOnce(account, await account.settled(filed));
  // Settling without a word to GitHub is for where GitHub can't be reached.
  const walked = new Set([...steps, 'dispatch', 'ledger-writer']);
  walked.delete('SettleQuietly');
  // Beside the lifecycle's own, signs may be asked for, as time would have it: nobody asks again for those.
  expect(Object.fromEntries([...walked].map((work) => [work, faults.failed.get(work)]))).toEqual(
    Object.fromEntries([...walked].map((work) => [work, ['before', 'after']])),
  );
}, 1_800_000);
