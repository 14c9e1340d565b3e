import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bootstrap } from '../../../localstack/deploy.ts';
import { bridgeAddress } from '../../../localstack/docker.ts';
import { awsEnvironment, type Emulator, startEmulator } from '../../../localstack/emulator.ts';
import { freePort } from '../../../localstack/free-port.ts';
import { type Account, bug, openAccount, until } from './fixtures/account.ts';
import { expectAtRest, expectMergedOnce } from './fixtures/at-rest.ts';
import { dispatch, sweep } from './fixtures/functions.ts';

const folder = mkdtempSync(join(tmpdir(), 'entropy-restart-'));
let options: Parameters<typeof startEmulator>[0];
let emulator: Emulator;
let account: Account;
beforeAll(async () => {
  const python = process.env.ENTROPY_E2E_PYTHON ?? 'python3';
  const bridge = await bridgeAddress();
  const port = await freePort();
  options = { python, folder, port, auth: true, patched: true, bridge, keep: true };
  emulator = await startEmulator(options);
  Object.assign(process.env, awsEnvironment(emulator.endpoint));
  await bootstrap(folder);
  account = await openAccount();
}, 900_000);
afterAll(async () => {
  await account?.close();
  await emulator?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('runs that an emulator lost when it was ended are settled when it is back, and their issues can be worked on again', async () => {
  const answer = account.model.hold('coder', 4);
  const filed = await Promise.all([1, 2].map((n) => account.file(bug, `cron-lines-${n}`)));
  await until(
    'work of both coders',
    async () => account.model.asked('coder', 4) === 2 || undefined,
  );
  // It waits for the calls that it is at before it writes its state down: those of the coders to the model.
  const stopped = emulator.stop();
  answer();
  await stopped;
  emulator = await startEmulator(options);
  await sweep(account);
  for (const one of filed) {
    const lost = await account.settled(one);
    expect([lost.outcome, lost.error?.name]).toEqual(['failed', 'StageLost']);
    await expectAtRest(account, lost);
    const { repository, number } = one;
    const said = { repository, number, by: 'ada', body: '/entropy retry' };
    await account.playground.comment(said);
  }
  // The emulator's stream tells of nothing new for a while after it was started again: the clock does.
  await account.playground.settled();
  await dispatch(account);
  for (const one of filed) await expectMergedOnce(account, await account.settled(one, 2));
}, 1_800_000);
