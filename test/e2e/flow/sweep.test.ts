import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectAtRest, sandboxesOf } from './fixtures/at-rest.ts';
import { sweep } from './fixtures/functions.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

test('an execution that is aborted from outside is settled by the sweep, its sandbox stopped', async () => {
  const filed = await account.file(bug);
  const run = await until('a sandbox at work', async () => {
    const [found] = await account.runsOn(filed);
    if (found === undefined) return undefined;
    return (await sandboxesOf(account, found.id)).length > 0 ? found : undefined;
  });
  const executionArn = `${account.outputs.StateMachineArn.replace(':stateMachine:', ':execution:')}:${run.id}`;
  await new SFNClient({}).send(new StopExecutionCommand({ executionArn }));
  expect((await account.runsOn(filed))[0]?.status).toBe('running');
  await sweep(account);
  const settled = await account.settled(filed);
  expect(settled).toMatchObject({ outcome: 'cancelled' });
  await sweep(account);
  await expectAtRest(account, settled);
}, 900_000);
