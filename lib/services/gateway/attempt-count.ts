import type { LedgerEvent } from '../../domain/ledger.ts';
import { type StageRecord, stageLabel } from '../../domain/stage.ts';
import type { GatewayPorts } from './gateway-ports.ts';

type Counting = Pick<GatewayPorts, 'clock' | 'ledger'>;

interface Count {
  /** After the attempt's deadline nobody speaks for it, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly taken: Promise<{ number: number }>;
}

/**
 * Bounds how many events of a kind one attempt may cause. What it gives says whether `more` fit, and counts them then.
 * Held by the process, each by itself where many serve; it begins with what the ledger holds, so that a restart does
 * not begin anew.
 */
export function attemptCount(most: number, counts: (event: LedgerEvent) => boolean) {
  const ledgers = new WeakMap<GatewayPorts['ledger'], Map<string, Count>>();
  const countOf = (ports: Counting, stage: StageRecord): Count => {
    const known = ledgers.get(ports.ledger) ?? new Map<string, Count>();
    ledgers.set(ports.ledger, known);
    const key = `${stage.run}/${stageLabel(stage)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const now = ports.clock.now();
    for (const [other, { deadline }] of known) if (deadline < now) known.delete(other);
    const taken = countTaken(ports, stage, counts);
    // Whoever comes next asks again.
    taken.catch(() => known.delete(key));
    const count = { deadline: stage.deadline, taken };
    known.set(key, count);
    return count;
  };
  return async (ports: Counting, stage: StageRecord, more: number): Promise<boolean> => {
    const taken = await countOf(ports, stage).taken;
    // Nothing is waited for from here on: others that came at the same time see what this one takes.
    if (taken.number + more > most) return false;
    taken.number += more;
    return true;
  };
}

async function countTaken(
  { ledger }: Counting,
  stage: StageRecord,
  counts: (event: LedgerEvent) => boolean,
): Promise<{ number: number }> {
  const { role, round, attempt } = stage;
  const own = ({ data }: LedgerEvent) =>
    data?.role === role && data.round === round && data.attempt === attempt;
  const events = await ledger.events(stage.run);
  return { number: events.filter((event) => counts(event) && own(event)).length };
}
