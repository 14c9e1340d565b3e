import { expect, test } from '@jest/globals';
import { claimLeaseMs, clockSkewMs } from '../../lib/domain/claim.ts';
import { FenceStale } from '../../lib/domain/errors.ts';
import { slotLeaseMs, slotPool, stageStartMs } from '../../lib/domain/lease.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { issueKeyOf, type Run } from '../../lib/domain/run.ts';
import { heartbeat } from '../../lib/services/gateway/heartbeat.ts';
import { holdForStart, renewLeases } from '../../lib/services/leases.ts';
import { aRun } from './examples.ts';

type Stores = Pick<Ports, 'claims' | 'slots' | 'pauses'>;
const start = 1_700_000_000_000;

/** A run that holds its claim and the one slot there is, from now on, and a clock. */
async function begun(stores: Stores) {
  const clock = { at: start, now: () => clock.at };
  const ports = { ...stores, clock };
  const own = aRun('r-1', start);
  const key = issueKeyOf(own.repository, own.issue);
  const asked = { key, run: own.id, now: start, until: start + claimLeaseMs };
  const { fence } = await stores.claims.acquire(asked, []);
  await stores.slots.take(slotPool, own.id, start, start + slotLeaseMs, 1);
  const run: Run = { ...own, status: 'running', fence };
  /** Another run asks for both. */
  const other = async () => {
    const now = clock.at;
    const wanted = { key, run: 'r-2', now, until: now + claimLeaseMs };
    const claim = await stores.claims.acquire(wanted, []).catch((error: Error) => error.name);
    const slot = await stores.slots.take(slotPool, 'r-2', now, now + slotLeaseMs, 1);
    return { claim, slot };
  };
  return { clock, ports, run, other };
}

/** What a run keeps while its sandbox comes up, in every place. Each test gets stores of its own. */
export function startLeasesContract(make: () => Promise<Stores>): void {
  test('claim and slot outlast a start that takes as long as it may, up to the first heartbeat', async () => {
    const { clock, ports, run, other } = await begun(await make());
    await holdForStart(ports, run);
    clock.at = start + stageStartMs + claimLeaseMs - 1;
    expect(await other()).toEqual({ claim: 'ClaimHeld', slot: false });
    await heartbeat(ports, run);
    clock.at += claimLeaseMs - 1;
    expect(await other()).toEqual({ claim: 'ClaimHeld', slot: false });
    clock.at += 2 + clockSkewMs;
    expect(await other()).toEqual({
      claim: expect.objectContaining({ owner: 'r-2', fence: 2 }),
      slot: true,
    });
  });

  test('a heartbeat that was long on its way cuts nothing short', async () => {
    const { clock, ports, run, other } = await begun(await make());
    await holdForStart(ports, run);
    await heartbeat(ports, run);
    await renewLeases(ports, run);
    clock.at = start + stageStartMs;
    expect(await other()).toEqual({ claim: 'ClaimHeld', slot: false });
  });

  test('a slot that lapsed before the stage is taken again, over the capacity; one of a run that lost its claim is not', async () => {
    const { clock, ports, run, other } = await begun(await make());
    clock.at = start + slotLeaseMs + 1;
    expect(await other()).toEqual({ claim: 'ClaimHeld', slot: true });
    await holdForStart(ports, run);
    expect(await ports.slots.holders(slotPool, clock.at)).toEqual(['r-1', 'r-2']);
    await ports.slots.release(slotPool, run.id);
    clock.at += stageStartMs + claimLeaseMs + clockSkewMs + 1;
    expect(await other()).toMatchObject({ claim: { fence: 2 }, slot: true });
    await expect(holdForStart(ports, run)).rejects.toThrow(FenceStale);
    expect(await ports.slots.holders(slotPool, clock.at)).toEqual(['r-2']);
  });
}
