import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RoleName } from '../../../lib/domain/stage.ts';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectAtRest } from './fixtures/at-rest.ts';
import { containerOf, docker } from './fixtures/containers.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(() => account?.close());

const roles: readonly RoleName[] = ['issue-reader', 'coder', 'verifier', 'reviewer'];

/** Kills the first sandbox of a role; the run goes on with a second one. */
async function losing(role: RoleName) {
  const filed = await account.file(bug, `cron-lines-${role}`);
  const run = await until('the run', async () => (await account.runsOn(filed))[0]);
  const container = await until(`a sandbox for the ${role}`, async () => containerOf(run.id, role));
  docker('kill', '--signal', 'KILL', container);
  return account.settled(filed);
}

test('a sandbox that is killed, in each role, is made again, and the issue is merged once', async () => {
  const runs = await Promise.all(roles.map((role) => losing(role)));
  for (const [n, run] of runs.entries()) {
    expect([roles[n], run.outcome, run.error]).toEqual([roles[n], 'merged', undefined]);
    const attempts = (await account.stores.stages.list(run.id)).filter(
      (stage) => stage.role === roles[n],
    );
    expect(attempts.map(({ handoff }) => handoff !== undefined)).toEqual([false, true]);
    await expectAtRest(account, run);
  }
}, 1_800_000);
