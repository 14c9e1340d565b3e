import { expect, test } from '@jest/globals';
import { clockSkewMs } from '../../lib/domain/claim.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { event, kindsOf } from './examples.ts';

const key = 'github:owner/name#7';
const at = (run: string, now: number) => ({ key, run, now, until: now + 100 });

/** What every `ClaimStore` does. Each test gets stores of its own. */
export function claimStoreContract(make: () => Promise<Pick<Ports, 'claims' | 'ledger'>>): void {
  test('gives a free claim, and tells it to the run', async () => {
    const { claims, ledger } = await make();
    expect(await claims.get(key)).toBeUndefined();
    const claim = await claims.acquire(at('r-1', 0), [event('claim.acquired')]);
    expect(claim).toEqual({ key, owner: 'r-1', fence: 1, leaseUntil: 100 });
    expect(await claims.get(key)).toEqual(claim);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['claim.acquired']);
  });

  test('gives the owner its claim again: same fence, longer lease, no second event', async () => {
    const { claims, ledger } = await make();
    await claims.acquire(at('r-1', 0), [event('claim.acquired')]);
    const again = await claims.acquire(at('r-1', 50), [event('claim.acquired')]);
    expect(again).toEqual({ key, owner: 'r-1', fence: 1, leaseUntil: 150 });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['claim.acquired']);
  });

  test('refuses another run and names the holder', async () => {
    const { claims, ledger } = await make();
    await claims.acquire(at('r-1', 0), []);
    await expect(claims.acquire(at('r-2', 50), [event('claim.acquired')])).rejects.toMatchObject({
      name: 'ClaimHeld',
      holder: 'r-1',
    });
    expect(await kindsOf(ledger, 'r-2')).toEqual([]);
  });

  test('of many that ask at once, one owns it', async () => {
    const { claims } = await make();
    const asked = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => claims.acquire(at(`r-${n}`, 0), [])),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('lets a lapsed claim be taken over, with a higher fence, and stops the old owner', async () => {
    const { claims } = await make();
    await claims.acquire(at('r-1', 0), []);
    const late = 100 + clockSkewMs + 1;
    await expect(claims.acquire(at('r-2', late - 1), [])).rejects.toMatchObject({
      name: 'ClaimHeld',
    });
    const taken = await claims.acquire(at('r-2', late), []);
    expect(taken).toMatchObject({ owner: 'r-2', fence: 2 });
    await expect(claims.heartbeat({ ...at('r-1', late), fence: 1 })).rejects.toMatchObject({
      name: 'FenceStale',
    });
    await claims.release(key, 'r-1', 1, [event('claim.released')]);
    expect(await claims.get(key)).toEqual(taken);
  });

  test('a heartbeat extends the lease', async () => {
    const { claims } = await make();
    await claims.acquire(at('r-1', 0), []);
    expect(await claims.heartbeat({ ...at('r-1', 60), fence: 1 })).toMatchObject({
      leaseUntil: 160,
    });
    expect(await claims.get(key)).toMatchObject({ leaseUntil: 160 });
    await expect(claims.heartbeat({ ...at('r-1', 60), fence: 2 })).rejects.toMatchObject({
      name: 'FenceStale',
    });
  });

  test('a cancelled owner is told at its next heartbeat; only the owner can be asked', async () => {
    const { claims, ledger } = await make();
    expect(await claims.requestCancel(key, 'r-1', 5, [])).toBe(false);
    await claims.acquire(at('r-1', 0), []);
    const asked = [event('cancel.requested')];
    expect(await claims.requestCancel(key, 'r-2', 5, asked)).toBe(false);
    expect(await claims.requestCancel(key, 'r-1', 5, asked)).toBe(true);
    expect(await claims.requestCancel(key, 'r-1', 9, asked)).toBe(true);
    expect(await claims.get(key)).toMatchObject({ owner: 'r-1', cancelAt: 5 });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['cancel.requested']);
    expect(await kindsOf(ledger, 'r-2')).toEqual([]);
    await expect(claims.heartbeat({ ...at('r-1', 6), fence: 1 })).rejects.toMatchObject({
      name: 'Cancelled',
    });
  });

  test('a release keeps the fence, so that the next owner gets a higher one', async () => {
    const { claims, ledger } = await make();
    await claims.release(key, 'r-1', 1, [event('claim.released')]);
    await claims.acquire(at('r-1', 0), []);
    await claims.requestCancel(key, 'r-1', 5, []);
    await claims.release(key, 'r-1', 1, [event('claim.released')]);
    await claims.release(key, 'r-1', 1, [event('claim.released')]);
    expect(await claims.get(key)).toEqual({ key, fence: 1 });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['claim.released']);
    expect(await claims.acquire(at('r-2', 10), [])).toEqual({
      key,
      owner: 'r-2',
      fence: 2,
      leaseUntil: 110,
    });
  });
}
