import { noUsage } from './budget.ts';
import { SessionRefused } from './errors.ts';
import { type StageKey, type StageRecord, stageLabel } from './stage.ts';

/** A stored attempt with what its authority hangs on. Hashes only: a code or token is never stored. */
export interface StoredAttempt {
  readonly record: StageRecord;
  readonly bootExpires: number;
  /** Set once the boot code was traded in. */
  readonly sessionHash?: string;
}

/** The attempt that follows `earlier`, which are all attempts of the same stage. */
export function nextAttempt(
  earlier: readonly StageRecord[],
  key: StageKey,
  boot: { readonly at: number; readonly deadline: number },
): StageRecord {
  return {
    run: key.run,
    role: key.role,
    round: key.round,
    attempt: earlier.reduce((most, { attempt }) => Math.max(most, attempt), 0) + 1,
    openedAt: boot.at,
    deadline: boot.deadline,
    turns: 0,
    usage: noUsage,
  };
}

/** The attempt whose boot code may be traded in now. Throws `SessionRefused`. */
export function redeemable(found: StoredAttempt | undefined, now: number): StageRecord {
  if (found === undefined) throw new SessionRefused('unknown boot code');
  if (found.sessionHash !== undefined) throw new SessionRefused('the boot code was used before');
  if (now > found.bootExpires) throw new SessionRefused('the boot code has expired');
  return openAt(found.record, now);
}

/** The attempt of a session, if the session still has authority. Throws `SessionRefused`. */
export function liveSession(found: StageRecord | undefined, now: number): StageRecord {
  if (found === undefined) throw new SessionRefused('unknown session');
  return openAt(found, now);
}

function openAt(record: StageRecord, now: number): StageRecord {
  refuseClosed(record);
  if (now > record.deadline) {
    throw new SessionRefused(`the deadline of ${stageLabel(record)} has passed`);
  }
  return record;
}

/** Throws `SessionRefused` where the attempt has ended: closed, or replaced by a newer one. */
function refuseClosed(record: StageRecord): void {
  if (record.closedAt !== undefined) throw new SessionRefused(`${stageLabel(record)} is closed`);
}

/** Records the handoff; the same one again changes nothing. Throws `SessionRefused`. */
export function leaveHandoff(record: StageRecord, handoff: string): StageRecord {
  refuseClosed(record);
  if (record.handoff === handoff) return record;
  if (record.handoff !== undefined) {
    throw new SessionRefused(`${stageLabel(record)} has left another handoff already`);
  }
  return { ...record, handoff };
}

/**
 * Records work that was cut off, for the attempt after this one; the first stands. One that has left a handoff needs
 * none. Throws `SessionRefused`.
 */
export function keepPartial(record: StageRecord, partial: string): StageRecord {
  refuseClosed(record);
  if (record.handoff !== undefined || record.partial !== undefined) return record;
  return { ...record, partial };
}

/**
 * Records what went wrong. The first failure stands, but an observed one takes the place of a claimed
 * one. A closed attempt was judged already and stays as it is.
 */
export function failAttempt(
  record: StageRecord,
  failure: NonNullable<StageRecord['failure']>,
): StageRecord {
  const replaces =
    record.failure === undefined || (failure.observed && record.failure.observed === false);
  return replaces && record.closedAt === undefined ? { ...record, failure } : record;
}

/** Has calls go to another model of the role's chain from here on. Throws `SessionRefused`. */
export function useLink(record: StageRecord, link: number): StageRecord {
  refuseClosed(record);
  return { ...record, link };
}

/** Counts a model call. Throws `SessionRefused`. */
export function countTurn(record: StageRecord): StageRecord {
  refuseClosed(record);
  return { ...record, turns: record.turns + 1 };
}

/** Counts a body before it is stored: what is stored may be there for good. Throws `SessionRefused`. */
export function countBody(record: StageRecord): StageRecord & { readonly bodies: number } {
  refuseClosed(record);
  return { ...record, bodies: (record.bodies ?? 0) + 1 };
}

/** Ends the attempt; ended again, the first time stands. */
export function closeAttempt(record: StageRecord, at: number): StageRecord {
  return record.closedAt === undefined ? { ...record, closedAt: at } : record;
}
