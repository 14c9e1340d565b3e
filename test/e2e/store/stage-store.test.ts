import { expect, test } from '@jest/globals';
import { stageStoreContract } from '../../contract/stage-store.ts';
import { storeMaker } from './open-stores.ts';

const make = storeMaker();
stageStoreContract(make);

test('a boot code or session that was given out before is refused at once', async () => {
  const { stages } = await make();
  const key = { run: 'r-1', role: 'coder', round: 1 } as const;
  const boot = (hash: string) => ({ hash, at: 0, expires: 10, deadline: 100 });
  await stages.open(key, boot('a'), []);
  const conflict = { name: 'LedgerConflict' };
  await expect(stages.open(key, boot('a'), [])).rejects.toMatchObject(conflict);
  await stages.redeem('a', 's', 1, []);
  await stages.open({ ...key, round: 2 }, boot('b'), []);
  await expect(stages.redeem('b', 's', 1, [])).rejects.toMatchObject(conflict);
});

test('attempts are listed in the order they were opened, whatever the clocks said', async () => {
  const { stages } = await make();
  const roles = ['verifier', 'coder', 'reviewer', 'issue-reader'] as const;
  for (const [n, role] of roles.entries()) {
    const boot = { hash: role, at: 100 - n, expires: 200, deadline: 300 };
    await stages.open({ run: 'r-1', role, round: 1 }, boot, []);
  }
  expect((await stages.list('r-1')).map(({ role }) => role)).toEqual(roles);
});
