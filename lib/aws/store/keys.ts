import type { RunStatus } from '../../domain/run.ts';
import type { StageAttempt, StageKey } from '../../domain/stage.ts';

// Every key of the table. What belongs to one run stands in one partition; a list is a partition or the
// beginning of a sort key, so that one query reads it in order.

/** Primary key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}
const of = (run: string, sk: string): Key => ({ pk: runPartition(run), sk });
const alone = (kind: string, name: string): Key => ({ pk: `${kind}#${name}`, sk: kind });
/** Sorts as the number does. */
const padded = (n: number, digits: number) => String(n).padStart(digits, '0');

/** Where all that belongs to one run stands. */
export const runPartition = (run: string) => `run#${run}`;
export const runKey = (run: string) => of(run, 'run');
export const runListPartition = 'runs';
export const runListPrefix = (status: RunStatus) => `${status}#`;
export const runListKey = (status: RunStatus, createdAt: number, run: string): Key => ({
  pk: runListPartition,
  sk: `${runListPrefix(status)}${padded(createdAt, 15)}#${run}`,
});
export const issuePartition = (issueKey: string) => `issue#${issueKey}`;
export const issueKey = (issue: string, createdAt: number, run: string): Key => ({
  pk: issuePartition(issue),
  sk: `${padded(createdAt, 15)}#${run}`,
});

export const headKey = (run: string) => of(run, 'head');
export const eventPrefix = 'event#';
export const eventKey = (run: string, seq: number) => of(run, `${eventPrefix}${padded(seq, 8)}`);
/** Marks that the run's ledger has the payload of that SHA-256. */
export const payloadPrefix = 'payload#';
export const payloadKey = (run: string, digest: string) => of(run, `${payloadPrefix}${digest}`);
/** How far the run's events are known to stand as objects. */
export const copiedKey = (run: string) => of(run, 'copied');

export const stagePrefix = 'stage#';
const attemptPrefix = ({ role, round }: Omit<StageKey, 'run'>) => `${stagePrefix}${role}#${round}#`;
export const attemptKey = (attempt: StageAttempt) =>
  of(attempt.run, `${attemptPrefix(attempt)}${attempt.attempt}`);
export const bootKey = (hash: string): Key => ({ pk: `boot#${hash}`, sk: 'stage' });
export const sessionKey = (hash: string): Key => ({ pk: `session#${hash}`, sk: 'stage' });

export const callKey = (run: string, call: string) => of(run, `call#${call}`);
export const spendingKey = (run: string) => of(run, 'spending');

export const effectKeyOf = (key: string) => alone('effect', key);
export const effectPrefix = 'effect#';
export const effectListKey = (run: string, position: number) =>
  of(run, `${effectPrefix}${padded(position, 8)}`);

export const claimKey = (key: string) => alone('claim', key);
export const slotsKey = (pool: string) => alone('slots', pool);
export const runnerKey = (run: string) => of(run, 'runner');

/** The commit that the run stands on. */
export const pinKey = (run: string) => of(run, 'pin');

export const admittedKey = (run: string) => of(run, 'admitted');
export const dayPartition = (repository: string, day: string) => `day#${repository}#${day}`;
export const dayPrefix = 'run#';
export const dayRunKey = (partition: string, run: string): Key => ({
  pk: partition,
  sk: `${dayPrefix}${run}`,
});
/** Changes with each run that is let in, so that two are not let in on one count. */
export const dayKey = (partition: string): Key => ({ pk: partition, sk: 'day' });

export const outletKey: Key = { pk: 'outlet', sk: 'outlet' };
export const pauseKey: Key = { pk: 'pause', sk: 'pause' };
export const cursorKey = (name: string) => alone('cursor', name);

export const deliveryKey = (id: string) => alone('delivery', id);
/** Marks that a delivery with that body was seen. */
export const bodyKey = (hash: string): Key => ({ pk: `body#${hash}`, sk: 'delivery' });
/** Marks that a delivery with that meaning was seen. */
export const meaningKey = (key: string): Key => ({ pk: `meaning#${key}`, sk: 'delivery' });
export const inboxPartition = 'inbox';
export const inboxKey = (receivedAt: number, id: string): Key => ({
  pk: inboxPartition,
  sk: `${padded(receivedAt, 15)}#${id}`,
});
