import { DomainError } from '../../../domain/errors.ts';
import { type StageAttempt, stageLabel } from '../../../domain/stage.ts';

/** More calls than one attempt may make at a time, or in a minute. */
export class TooManyCalls extends DomainError {}

/** What one attempt may ask for. Held by the process: where many serve, each by itself. */
export interface RushLimits {
  readonly atOnce: number;
  readonly perMinute: number;
}
export const rushLimits: RushLimits = { atOnce: 8, perMinute: 120 };

/** A call's place among its attempt's. */
export interface Ticket {
  /** Another call of the attempt was under way meanwhile. */
  overlapped: boolean;
  leave(): void;
}

const minute = 60_000;

/** Lets calls in. What it gives throws `TooManyCalls`. */
export function rushGuard(limits: RushLimits, now: () => number) {
  const attempts = new Map<string, { open: Set<Ticket>; begun: number[] }>();
  const forget = (at: number) => {
    for (const [key, { open, begun }] of attempts) {
      if (open.size === 0 && (begun.at(-1) ?? 0) <= at - minute) attempts.delete(key);
    }
  };
  return (stage: StageAttempt): Ticket => {
    const at = now();
    forget(at);
    const key = `${stage.run}/${stageLabel(stage)}`;
    const known = attempts.get(key) ?? { open: new Set<Ticket>(), begun: [] };
    attempts.set(key, known);
    known.begun = known.begun.filter((begun) => begun > at - minute);
    if (known.open.size >= limits.atOnce) {
      throw new TooManyCalls(`an attempt may have ${limits.atOnce} model calls at once`);
    }
    if (known.begun.length >= limits.perMinute) {
      throw new TooManyCalls(`an attempt may make ${limits.perMinute} model calls a minute`);
    }
    const ticket = { overlapped: known.open.size > 0, leave: () => void known.open.delete(ticket) };
    for (const other of known.open) other.overlapped = true;
    known.open.add(ticket);
    known.begun.push(at);
    return ticket;
  };
}
