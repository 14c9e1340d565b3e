import { LedgerConflict } from '../../domain/errors.ts';
import {
  chainEvent,
  genesisOf,
  type LedgerEvent,
  type LedgerHead,
  type NewEvent,
} from '../../domain/ledger.ts';
import { eventKey, eventPrefix, headKey, runPartition } from './keys.ts';
import type { Table } from './table.ts';
import { mostWrites, unchanged, type Write } from './transaction.ts';

/** What is fixed of a run's ledger beside its last event, from when it is sealed on. */
export interface Seal {
  /** Nothing can follow from here on: it is set before the manifest is made. What the run came to, as JSON. */
  readonly closing?: string | undefined;
  /** The manifest's bytes, its signature's and the key's, as they stand in their objects. */
  readonly manifest?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly publicKey?: string | undefined;
}

/** The end of a run's chain as it stands; `v` is missing where no event was stored yet. */
export interface ChainHead extends LedgerHead, Seal {
  readonly v?: string;
}

/** The end of a run's chain; `seq` -1 and the run's genesis hash before the first event. */
export async function headOf(table: Table, run: string): Promise<ChainHead> {
  const found = await table.get<ChainHead>(headKey(run));
  return found ?? { seq: -1, hash: genesisOf(run) };
}

/** Whether the run's ledger takes no event and no payload any more. */
export function isSealed({ closing, manifest }: Seal): boolean {
  return closing !== undefined || manifest !== undefined;
}

/**
 * The parts of a transaction that chain `events` to `head`: one for each event and, first, one for the head,
 * which refuses under the name `head` where another writer was there since. No part where there is no event.
 * Each event's item carries `bytes` and `hash`; the table's stream takes them to the ledger's writer, so they
 * are the outbox too. Throws `LedgerConflict` on a sealed ledger.
 */
export function appendItems(
  run: string,
  head: ChainHead,
  events: readonly NewEvent[],
): { readonly head: LedgerHead; readonly writes: readonly Write[] } {
  let last: LedgerHead = { seq: head.seq, hash: head.hash };
  if (events.length === 0) return { head: last, writes: [] };
  if (isSealed(head)) {
    throw new LedgerConflict(`the ledger of run ${run} is sealed: nothing can follow`);
  }
  const items = events.map((event): Write => {
    const { bytes, head: next } = chainEvent(run, last, event);
    last = next;
    const { seq, hash } = next;
    return { name: `event ${seq}`, put: { ...eventKey(run, seq), bytes, hash }, when: 'absent' };
  });
  return { head: last, writes: [changeHead(run, head, last), ...items] };
}

/** The part of a transaction that writes the head, if it is as it was read. */
export function changeHead(
  run: string,
  found: ChainHead,
  change: Partial<LedgerHead> & Seal,
): Write {
  const { v, ...head } = found;
  return {
    name: 'head',
    put: { ...head, ...change, ...headKey(run) },
    when: unchanged(v === undefined ? undefined : { v }),
  };
}

/** `appendItems` to the head as it stands, for the transaction of the change that the events tell of. */
export async function tell(
  table: Table,
  run: string,
  events: readonly NewEvent[],
): Promise<readonly Write[]> {
  if (events.length === 0) return [];
  return appendItems(run, await headOf(table, run), events).writes;
}

/**
 * Stores events that tell of no other change. All of them or none, up to 99; more go in several
 * transactions. Throws `LedgerConflict` on a sealed ledger.
 */
export async function appendEvents(
  table: Table,
  run: string,
  events: readonly NewEvent[],
): Promise<LedgerHead> {
  // One that has no canonical form must not stop the list half-way.
  appendItems(run, { seq: -1, hash: '' }, events);
  const head = await table.write(async () => {
    const chained = appendItems(run, await headOf(table, run), events.slice(0, mostWrites - 1));
    return { result: chained.head, writes: chained.writes };
  });
  const rest = events.slice(mostWrites - 1);
  return rest.length === 0 ? head : appendEvents(table, run, rest);
}

/** Events of a run from `from` on, in order. */
export async function eventsFrom(table: Table, run: string, from = 0): Promise<LedgerEvent[]> {
  const found = await table.query<{ bytes: string }>(runPartition(run), {
    prefix: eventPrefix,
    from: eventKey(run, from).sk,
  });
  return found.map(({ bytes }) => JSON.parse(bytes) as LedgerEvent);
}
