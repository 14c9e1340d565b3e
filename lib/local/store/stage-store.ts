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
import { NotFound } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/ledger.ts';
import type { StageStore } from '../../domain/ports.ts';
import { type StageAttempt, type StageRecord, stageLabel } from '../../domain/stage.ts';
import type { Database } from './database.ts';
import { appendEvents } from './event-log.ts';

interface Row {
  readonly body: string;
}
const recordIn = (row: Row): StageRecord => JSON.parse(row.body) as StageRecord;
const oneAttempt = 'run = ? AND role = ? AND round = ? AND attempt = ?';
const keyOf = (stage: StageAttempt) => [stage.run, stage.role, stage.round, stage.attempt] as const;

/** Stage attempts in SQLite; the rules are in the domain. */
export function sqliteStageStore(database: Database): StageStore {
  const change = changer(database);
  return {
    ...admission(database),
    get: async (attempt) => find(database, attempt),
    list: async (run) =>
      database
        .all<Row>('SELECT body FROM stages WHERE run = ? ORDER BY position', run)
        .map(recordIn),
    leave: async (attempt, handoff, events) => {
      change(attempt, (found) => leaveHandoff(found, handoff), events);
    },
    keepPartial: async (attempt, partial, events) => {
      change(attempt, (found) => keepPartial(found, partial), events);
    },
    fail: async (attempt, failure, events) => {
      change(attempt, (found) => failAttempt(found, failure), events);
    },
    useLink: async (attempt, link, events) => {
      change(attempt, (found) => useLink(found, link), events);
    },
    close: async (attempt, at, events) =>
      change(attempt, (found) => closeAttempt(found, at), events),
    // No call is made before its reservation is written, and that waits for the disk.
    nextTurn: async (attempt) =>
      database.writeAhead(() => {
        const counted = countTurn(existing(database, attempt));
        store(database, counted);
        return counted.turns;
      }),
    nextBody: async (attempt) =>
      database.write(() => {
        const counted = countBody(existing(database, attempt));
        store(database, counted);
        return counted.bodies;
      }),
  };
}

function admission(database: Database): Pick<StageStore, 'open' | 'redeem' | 'session'> {
  return {
    open: async (key, boot, events) =>
      database.write(() => {
        const stage = [key.run, key.role, key.round] as const;
        const earlier = database
          .all<Row>('SELECT body FROM stages WHERE run = ? AND role = ? AND round = ?', ...stage)
          .map(recordIn);
        for (const record of earlier) store(database, closeAttempt(record, boot.at));
        const record = nextAttempt(earlier, key, boot);
        database.run(
          `INSERT INTO stages (run, role, round, attempt, boot_hash, boot_expires, body)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          ...keyOf(record),
          boot.hash,
          boot.expires,
          JSON.stringify(record),
        );
        appendEvents(database, key.run, events);
        return record;
      }),
    redeem: async (bootHash, sessionHash, now, events) =>
      database.write(() => {
        const record = redeemable(findBoot(database, bootHash), now);
        database.run(
          'UPDATE stages SET session_hash = ? WHERE boot_hash = ?',
          sessionHash,
          bootHash,
        );
        appendEvents(database, record.run, events);
        return record;
      }),
    session: async (sessionHash, now) => {
      const row = database.get<Row>('SELECT body FROM stages WHERE session_hash = ?', sessionHash);
      return liveSession(row && recordIn(row), now);
    },
  };
}

/** Applies a rule to a stored attempt; where the rule changes nothing, nothing is written. */
function changer(database: Database) {
  return (
    attempt: StageAttempt,
    rule: (found: StageRecord) => StageRecord,
    events: readonly NewEvent[] = [],
  ): StageRecord =>
    database.write(() => {
      const found = existing(database, attempt);
      const next = rule(found);
      if (next === found) return found;
      store(database, next);
      appendEvents(database, attempt.run, events);
      return next;
    });
}

function store(database: Database, record: StageRecord): void {
  const body = JSON.stringify(record);
  database.run(`UPDATE stages SET body = ? WHERE ${oneAttempt}`, body, ...keyOf(record));
}

function find(database: Database, attempt: StageAttempt): StageRecord | undefined {
  const row = database.get<Row>(`SELECT body FROM stages WHERE ${oneAttempt}`, ...keyOf(attempt));
  return row && recordIn(row);
}

function existing(database: Database, attempt: StageAttempt): StageRecord {
  const found = find(database, attempt);
  if (found !== undefined) return found;
  throw new NotFound(`run ${attempt.run} has no stage ${stageLabel(attempt)}`);
}

function findBoot(database: Database, bootHash: string): StoredAttempt | undefined {
  const row = database.get<Row & { expires: number; session: string | null }>(
    'SELECT body, boot_expires AS expires, session_hash AS session FROM stages WHERE boot_hash = ?',
    bootHash,
  );
  if (row === undefined) return undefined;
  const session = row.session === null ? {} : { sessionHash: row.session };
  return { record: recordIn(row), bootExpires: row.expires, ...session };
}
