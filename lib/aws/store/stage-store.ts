import {
  closeAttempt,
  countBody,
  countTurn,
  failAttempt,
  keepPartial,
  leaveHandoff,
  liveSession,
  nextAttempt,
  redeemable,
  type StoredAttempt,
  useLink,
} from '../../domain/attempt.ts';
import { LedgerConflict, NotFound } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/ledger.ts';
import type { StageStore } from '../../domain/ports.ts';
import { type StageAttempt, type StageRecord, stageLabel } from '../../domain/stage.ts';
import { tell } from './event-log.ts';
import { attemptKey, bootKey, type Key, runPartition, sessionKey, stagePrefix } from './keys.ts';
import type { Stored, Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

/** An attempt; hashes only, a code or token is never stored. */
interface Row {
  readonly body: string;
  /** How many attempts of the run were opened before. */
  readonly position: number;
  readonly bootExpires: number;
  /** Missing until the boot code was traded in. */
  readonly sessionHash?: string;
}
/** Which attempt a boot code or a session is of. */
type Pointer = StageAttempt;

const recordIn = (row: Row): StageRecord => JSON.parse(row.body) as StageRecord;

/** Boot codes and sessions say nothing once they have ended; their items go a day later. Seconds. */
const endOf = (ms: number) => Math.ceil(ms / 1000) + 24 * 3600;

/** Stage attempts in DynamoDB; the rules are in the domain. */
export function dynamoStageStore(table: Table): StageStore {
  const change = changer(table);
  return {
    open: (key, boot, events) => open(table, key, boot, events),
    ...sessions(table),
    get: async (attempt) => {
      const row = await table.get<Row>(attemptKey(attempt));
      return row && recordIn(row);
    },
    list: async (run) => (await attemptsOf(table, run)).map(recordIn),
    leave: async (attempt, handoff, events) => {
      await change(attempt, (found) => leaveHandoff(found, handoff), events);
    },
    keepPartial: async (attempt, partial, events) => {
      await change(attempt, (found) => keepPartial(found, partial), events);
    },
    fail: async (attempt, failure, events) => {
      await change(attempt, (found) => failAttempt(found, failure), events);
    },
    useLink: async (attempt, link, events) => {
      await change(attempt, (found) => useLink(found, link), events);
    },
    close: (attempt, at, events) => change(attempt, (found) => closeAttempt(found, at), events),
    nextTurn: async (attempt) => (await change(attempt, countTurn)).turns,
    nextBody: async (attempt) => (await change(attempt, countBody)).bodies,
  };
}

function open(table: Table, ...[key, boot, events]: Parameters<StageStore['open']>) {
  return table.write(async (unmet) => {
    refuseKnown(unmet, 'boot code');
    const rows = await attemptsOf(table, key.run);
    const earlier = rows
      .map((row) => ({ row, record: recordIn(row) }))
      .filter(({ record }) => record.role === key.role && record.round === key.round);
    const closed = earlier.flatMap(({ row, record }) => {
      const next = closeAttempt(record, boot.at);
      return next === record ? [] : [put(row, next)];
    });
    const records = earlier.map(({ record }) => record);
    const record = nextAttempt(records, key, boot);
    const position = rows.length;
    const fresh = { body: JSON.stringify(record), position, bootExpires: boot.expires };
    const pointer = { ...pointerTo(record), expires: endOf(boot.expires) };
    const writes: readonly Write[] = [
      ...closed,
      // Refused where another process opened this attempt.
      { name: 'attempt', put: { ...attemptKey(record), ...fresh }, when: 'absent' },
      { name: 'boot code', put: { ...bootKey(boot.hash), ...pointer }, when: 'absent' },
      ...(await tell(table, key.run, events)),
    ];
    return { result: record, writes };
  });
}

function sessions(table: Table): Pick<StageStore, 'redeem' | 'session'> {
  return {
    redeem: (bootHash, sessionHash, now, events) =>
      table.write(async (unmet) => {
        refuseKnown(unmet, 'session');
        const row = await follow(table, bootKey(bootHash));
        const record = redeemable(row && storedIn(row), now);
        const expires = endOf(record.deadline);
        const session = { ...sessionKey(sessionHash), ...pointerTo(record), expires };
        const writes: readonly Write[] = [
          put(row, record, sessionHash),
          { name: 'session', put: session, when: 'absent' },
          ...(await tell(table, record.run, events)),
        ];
        return { result: record, writes };
      }),
    session: async (sessionHash, now) => {
      const row = await follow(table, sessionKey(sessionHash));
      return liveSession(row && recordIn(row), now);
    },
  };
}

/** A secret that is there already is not the chance it should be; to decide again would not help. */
function refuseKnown(unmet: readonly string[], secret: 'boot code' | 'session'): void {
  if (unmet.includes(secret)) throw new LedgerConflict(`that ${secret} was given out before`);
}

/** Applies a rule to a stored attempt; where the rule changes nothing, nothing is written. */
function changer(table: Table) {
  return <Next extends StageRecord>(
    attempt: StageAttempt,
    rule: (found: StageRecord) => Next,
    events: readonly NewEvent[] = [],
  ): Promise<Next> =>
    table.write(async () => {
      const row = await table.get<Row>(attemptKey(attempt));
      if (row === undefined) {
        throw new NotFound(`run ${attempt.run} has no stage ${stageLabel(attempt)}`);
      }
      const found = recordIn(row);
      const next = rule(found);
      if (next === found) return { result: next, writes: [] };
      const writes = [put(row, next), ...(await tell(table, attempt.run, events))];
      return { result: next, writes };
    });
}

async function attemptsOf(table: Table, run: string): Promise<readonly Stored<Row>[]> {
  const rows = await table.query<Row>(runPartition(run), { prefix: stagePrefix });
  // Those that share a position were opened at the same time.
  return [...rows].sort((a, b) => a.position - b.position);
}

/** The attempt that a boot code or session is of. */
async function follow(table: Table, key: Key): Promise<Stored<Row> | undefined> {
  const pointer = await table.get<Pointer>(key);
  return pointer && table.get<Row>(attemptKey(pointer));
}

function storedIn(row: Row): StoredAttempt {
  const { bootExpires, sessionHash } = row;
  const record = recordIn(row);
  return { record, bootExpires, ...(sessionHash !== undefined && { sessionHash }) };
}

function put(
  row: Stored<Row> | undefined,
  record: StageRecord,
  sessionHash = row?.sessionHash,
): Write {
  const { position = 0, bootExpires = 0 } = row ?? {};
  const item = { body: JSON.stringify(record), position, bootExpires, sessionHash };
  return { name: 'attempt', put: { ...attemptKey(record), ...item }, when: unchanged(row) };
}

function pointerTo({ run, role, round, attempt }: StageAttempt): Pointer {
  return { run, role, round, attempt };
}
