import { expect, test } from '@jest/globals';
import { dynamoOutletStore } from '../../../lib/aws/store/outlet-store.ts';
import {
  noOutlet,
  type OutletWork,
  takeOutletWork,
  wantOutlet,
} from '../../../lib/domain/outlet.ts';
import { tableMaker } from './open-table.ts';

const make = tableMaker();

test('of many that would take up the work at the same time, one does', async () => {
  const { table } = await make();
  const store = dynamoOutletStore(table);
  expect(await store.get()).toBeUndefined();
  await store.change((found = noOutlet) => ({ next: wantOutlet(found, 1000), result: undefined }));
  const taken = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      store.change<OutletWork | undefined>((found = noOutlet) => {
        const asked = { holder: `h-${n}`, now: 1000, capMs: 1_000_000 };
        const got = takeOutletWork(found, asked);
        return { next: got?.outlet, result: got?.work };
      }),
    ),
  );
  expect(taken.filter((work) => work !== undefined)).toEqual([{ kind: 'make', fence: 1 }]);
  expect(await store.get()).toMatchObject({ phase: 'making', fence: 1 });
});
