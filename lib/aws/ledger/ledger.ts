import type { Ledger, Signer } from '../../domain/ports.ts';
import { appendEvents, eventsFrom } from '../store/event-log.ts';
import type { Table } from '../store/table.ts';
import type { WriteOnceBucket } from '../write-once.ts';
import { flushEvents } from './copy-events.ts';
import { type PayloadPatience, payloadPatience, putPayload, readPayload } from './payloads.ts';
import { sealLedger } from './seal.ts';

/** Where events are kept, where objects are written, and the key that closes a run's ledger. */
export interface LedgerOptions {
  readonly table: Table;
  readonly bucket: WriteOnceBucket;
  /** Asked for at the first seal: who never seals needs no key. */
  readonly signer: () => Promise<Signer>;
  readonly now?: () => number;
  readonly patience?: PayloadPatience;
}

/**
 * The ledger on DynamoDB and a write-once bucket. Events live in the table; its stream and `flush` copy
 * them out. Sealing is the last thing that happens to a run: then every append is a `LedgerConflict`.
 */
export function dynamoLedger(options: LedgerOptions): Ledger {
  const { table, bucket, signer, now = Date.now, patience = payloadPatience } = options;
  const place = { table, bucket, now, patience };
  return {
    append: (run, events) => appendEvents(table, run, events),
    events: (run, from = 0) => eventsFrom(table, run, from),
    putPayload: (run, bytes) => putPayload(place, run, bytes),
    payload: (run, digest) => readPayload(bucket, run, digest),
    flush: (run) => flushEvents(table, bucket, run),
    seal: (run, facts) => sealLedger(place, signer, run, facts),
  };
}
