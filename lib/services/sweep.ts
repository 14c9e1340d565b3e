import { takeoverTime } from '../domain/lease.ts';
import { owesWord } from '../domain/owes-word.ts';
import type { Ports } from '../domain/ports.ts';
import { type SealPorts, sealRun } from './lifecycle/seal-run.ts';

/**
 * Finishes what an ended process left half done: runs that have told their end and were not sealed, and
 * that nobody walks. Returns how many. `only` leaves all other runs alone; `skewMs` as in `takeoverTime`.
 */
export async function sweep(
  ports: SealPorts & Pick<Ports, 'runners' | 'clock'>,
  { only, skewMs = 0 }: { readonly only?: string; readonly skewMs?: number } = {},
): Promise<number> {
  let finished = 0;
  for (const run of await ports.runs.list({ status: ['ending'] })) {
    if ((only ?? run.id) !== run.id) continue;
    // The publisher's to finish: see `tellQueue`.
    if (owesWord(run)) continue;
    const at = takeoverTime(ports.clock.now(), skewMs);
    if ((await ports.runners.holder(run.id, at)) !== undefined) continue;
    await sealRun(ports, run);
    finished += 1;
  }
  return finished;
}
