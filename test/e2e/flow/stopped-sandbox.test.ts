import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DemoIssue, demoIssues } from '../../../lib/local/playground/demo-issues.ts';
import { type Account, openAccount, until } from './fixtures/account.ts';
import { expectAtRest } from './fixtures/at-rest.ts';
import { containerOf, docker } from './fixtures/containers.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 300_000);
afterAll(() => account?.close());

const bug = demoIssues.find(({ name }) => name === 'bug') as DemoIssue;

test('a coder whose machine is taken away hands over what it has, and the next attempt begins there', async () => {
  const filed = await account.file(bug);
  const run = await until('the run', async () => (await account.runsOn(filed))[0]);
  const { id } = run;
  const container = await until('a sandbox for the coder', async () => containerOf(id, 'coder'));
  // Once the model has been asked again, what its first answer asked for was done.
  await until('work of the coder', async () => {
    const stages = await account.stores.stages.list(id);
    return stages.some(({ role, turns }) => role === 'coder' && turns > 3) || undefined;
  });
  docker('kill', '--signal', 'TERM', container);
  const ended = await account.settled(filed);
  expect([ended.outcome, ended.error]).toEqual(['merged', undefined]);
  const coders = (await account.stores.stages.list(id)).filter(({ role }) => role === 'coder');
  expect(coders).toMatchObject([
    { attempt: 1, failure: { name: 'StageLost', observed: false }, partial: expect.any(String) },
    { attempt: 2, handoff: expect.any(String) },
  ]);
  await expectAtRest(account, ended);
}, 600_000);
