import { expect, test } from '@jest/globals';
import { runListPartition } from '../../../lib/aws/store/keys.ts';
import type { RunStatus } from '../../../lib/domain/run.ts';
import { aRun } from '../../contract/examples.ts';
import { runStoreContract } from '../../contract/run-store.ts';
import { storeMaker } from './open-stores.ts';

const make = storeMaker();
runStoreContract(make);

const onward: readonly (readonly [RunStatus, RunStatus])[] = [
  ['queued', 'running'],
  ['running', 'ending'],
  ['ending', 'settled'],
];

test('a list that is read while runs go on lacks none of them and has none twice', async () => {
  const { runs, table } = await make();
  const ids = Array.from({ length: 12 }, (_, n) => `r-${n}`);
  await Promise.all(ids.map((id) => runs.create(aRun(id), [])));
  let moving = true;
  const moved = Promise.all(
    ids.map(async (id) => {
      for (const [from, status] of onward) await runs.update(id, [from], { status }, []);
    }),
  ).finally(() => {
    moving = false;
  });
  while (moving) {
    const listed = (await runs.list()).map(({ id }) => id);
    expect(listed.sort()).toEqual([...ids].sort());
    for (const run of await runs.list({ status: ['running'] })) expect(run.status).toBe('running');
  }
  await moved;
  expect(await table.query(runListPartition)).toHaveLength(ids.length);
  expect(await runs.list({ status: ['settled'], limit: 5 })).toHaveLength(5);
});

test('more runs than one answer holds are all listed', async () => {
  const { runs } = await make();
  const note = 'x'.repeat(20_000);
  for (let n = 0; n < 12; n += 1) {
    const ten = Array.from({ length: 10 }, (_, k) => ({
      ...aRun(`r-${n}-${k}`, n * 10 + k),
      note,
    }));
    await Promise.all(ten.map((run) => runs.create(run, [])));
  }
  const listed = await runs.list({ status: ['queued'] });
  expect(listed.map(({ createdAt }) => createdAt)).toEqual(
    Array.from({ length: 120 }, (_, n) => 119 - n),
  );
});
