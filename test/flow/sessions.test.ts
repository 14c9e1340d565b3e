import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { doors } from '../services/gateway/doors.ts';
import { expectMergedOnce } from './fixtures/ending.ts';
import { environmentOf, harnessOf } from './fixtures/sandboxes.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

/** What each door of the gateway answers to a token, or to none. */
async function knock(gateway: string, token?: string): Promise<readonly number[]> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answers = doors.map(async ([method, path]) => {
    const body = method === 'POST' ? '{}' : null;
    return (await fetch(`${gateway}${path}`, { method, headers, body })).status;
  });
  return Promise.all(answers);
}
const refused = doors.map(() => 401);

async function trade(gateway: string, bootCode: string) {
  const answer = await fetch(`${gateway}/v1/session`, {
    method: 'POST',
    body: JSON.stringify({ bootCode }),
  });
  return { status: answer.status, token: ((await answer.json()) as { token?: string }).token };
}

test('what is in a sandbox opens nothing without its live session, and no door of another attempt', async () => {
  await world.start({ hold: 'Coder' });
  await world.trigger(await world.issue());
  const pid = await harnessOf(world, 'coder-1-1');
  const { ENTROPY_GATEWAY: gateway = '', ENTROPY_BOOT_CODE: bootCode = '' } = environmentOf(pid);

  expect(await knock(gateway)).toEqual(refused);
  expect(await knock(gateway, randomBytes(32).toString('base64url'))).toEqual(refused);
  expect(await knock(gateway, bootCode)).toEqual(refused);
  expect((await trade(gateway, randomBytes(24).toString('base64url'))).status).toBe(401);

  const first = await trade(gateway, bootCode);
  expect(first.status).toBe(200);
  const { token = '' } = first;
  const input = await fetch(`${gateway}/v1/input`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(input.status).toBe(200);
  expect((await trade(gateway, bootCode)).status).toBe(401);

  process.kill(pid, 'SIGKILL');
  await until('the second attempt', async () => {
    const [run] = await world.stores.runs.list();
    const stages = await world.stores.stages.list(run?.id ?? '');
    return stages.some(({ role, attempt }) => role === 'coder' && attempt === 2) || undefined;
  });
  expect(await knock(gateway, token)).toEqual(refused);
  const run = await ended(world);
  expect(await knock(gateway, token)).toEqual(refused);
  expect((await trade(gateway, bootCode)).status).toBe(401);
  await expectMergedOnce(world, run);
});
