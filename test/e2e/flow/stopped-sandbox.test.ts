import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectAtRest } from './fixtures/at-rest.ts';
import { containerOf, docker } from './fixtures/containers.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

/** The turn in which the scripted coder submits its change. */
const lastTurn = 4;

test('a coder whose machine is taken away hands over what it has, and the next attempt begins there', async () => {
  // It can't submit before it was stopped: the answer that says so is held back.
  const answer = account.model.hold('coder', lastTurn);
  const filed = await account.file(bug);
  const run = await until('the run', async () => (await account.runsOn(filed))[0]);
  const { id } = run;
  const coders = async () =>
    (await account.stores.stages.list(id)).filter(({ role }) => role === 'coder');
  // Once the model is asked again, what its answers so far asked for was done.
  await until('work of the coder', async () => account.model.asked('coder', lastTurn) || undefined);
  docker('kill', '--signal', 'TERM', containerOf(id, 'coder') ?? 'none');
  await until('what the coder has', async () => (await coders())[0]?.partial);
  answer();
  const ended = await account.settled(filed);
  expect([ended.outcome, ended.error]).toEqual(['merged', undefined]);
  expect(await coders()).toMatchObject([
    { attempt: 1, failure: { name: 'StageLost', observed: false }, partial: expect.any(String) },
    { attempt: 2, handoff: expect.any(String) },
  ]);
  await expectAtRest(account, ended);
}, 1_800_000);
