import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { failure, type Running, repo, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.stop());

const count = async () => (await running.playground.snapshot()).repositories[0]?.issues.length;

test('a lost answer has had its effect; a status and a hang-up have not', async () => {
  const rob = await running.user('rob');
  const create = () => rob.request('POST /repos/{owner}/{repo}/issues', { ...repo, title: 'x' });
  const fault = { method: 'POST', path: '/issues$' };
  await running.playground.addFault({ ...fault, kind: 'status', status: 502 });
  expect((await failure(create())).status).toBe(502);
  await running.playground.addFault({ ...fault, kind: 'hang-up' });
  await expect(create()).rejects.toThrow();
  expect(await count()).toBe(0);
  await running.playground.addFault({ ...fault, kind: 'lose-answer' });
  await expect(create()).rejects.toThrow();
  expect(await count()).toBe(1);
  await create();
  expect(await count()).toBe(2);
});
