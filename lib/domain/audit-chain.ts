import * as z from 'zod';
import { eventName, type LedgerObjects, type Note, readCanonical } from './audit-objects.ts';
import { genesisOf, type LedgerEvent, type Manifest, sha256 } from './ledger.ts';

/** An event's object; `seq` is from its name, `event` is there only where the bytes are one. */
export interface EventObject {
  readonly name: string;
  readonly seq: number;
  readonly hash: string;
  readonly event?: LedgerEvent;
}

const eventSchema = z.strictObject({
  v: z.literal(1),
  run: z.string(),
  seq: z.number().int().min(0),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.string(),
  kind: z.string(),
  actor: z.string(),
  standing: z.enum(['observed', 'claimed']),
  fence: z.number().int().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** The event objects in the order of their names; notes bytes that are no event in canonical form. */
export function readEvents(objects: LedgerObjects, note: Note): EventObject[] {
  const found: EventObject[] = [];
  for (const [name, bytes] of objects) {
    const seq = Number(/^events\/(\d+)\.json$/.exec(name)?.[1] ?? Number.NaN);
    if (eventName(seq) !== name) continue;
    const event = readEvent(bytes, (reason) => note(name, reason, seq));
    found.push({ name, seq, hash: sha256(bytes), ...(event ? { event } : {}) });
  }
  return found.sort((a, b) => a.seq - b.seq);
}

function readEvent(bytes: Uint8Array, note: (reason: string) => void): LedgerEvent | undefined {
  const read = readCanonical(bytes);
  if ('fault' in read) {
    note(read.fault);
    return undefined;
  }
  if (eventSchema.safeParse(read.value).success) return read.value as LedgerEvent;
  note('is no event of version 1');
  return undefined;
}

/**
 * Checks that events are contiguous and each follows the one before. Walks back from the end: an event
 * that its successor (or the manifest) confirms is taken at its word about the event before it, so that
 * a changed event is named itself and not its neighbour.
 */
export function checkChain(
  events: readonly EventObject[],
  run: string | undefined,
  manifest: Manifest | undefined,
  note: Note,
): void {
  checkGaps(events, manifest, note);
  const bySeq = new Map(events.map((found) => [found.seq, found]));
  const count = manifest?.count ?? (events.at(-1)?.seq ?? -1) + 1;
  let told = manifest && { by: 'the manifest', seq: count - 1, hash: manifest.head };
  for (const found of events.filter(({ seq }) => seq < count).reverse()) {
    const vouched = told?.seq === found.seq;
    const confirmed = vouched && told?.hash === found.hash;
    if (vouched && !confirmed) {
      note(found.name, `has been changed: ${told?.by} gives another SHA-256 for it`, found.seq);
    }
    told = undefined;
    if (found.event === undefined) continue;
    checkPlace(found.event, found, run, note);
    const { seq, event } = found;
    const before = seq === 0 ? genesisOf(event.run) : bySeq.get(seq - 1)?.hash;
    if (before === event.prev || (confirmed && seq > 0)) {
      told = { by: `event ${seq}`, seq: seq - 1, hash: event.prev };
    } else if (before !== undefined) {
      note(found.name, 'does not follow the event before it: `prev` is not its SHA-256', seq);
      // Nothing vouches for either of the two, so either may be the one that was changed.
      if (!vouched && seq > 0)
        note(eventName(seq - 1), `may have been changed: see ${seq}`, seq - 1);
    }
  }
}

function checkPlace(
  event: LedgerEvent,
  { name, seq }: EventObject,
  run: string | undefined,
  note: Note,
): void {
  if (event.seq !== seq) note(name, `holds event ${event.seq}, not event ${seq}`, seq);
  if (event.run !== run) note(name, `belongs to run ${event.run}, not to ${run}`, seq);
}

function checkGaps(
  events: readonly EventObject[],
  manifest: Manifest | undefined,
  note: Note,
): void {
  const count = manifest?.count ?? Math.max(1, (events.at(-1)?.seq ?? 0) + 1);
  let next = 0;
  const gapBefore = (seq: number) => {
    if (seq === next + 1) note(eventName(next), 'is missing', next);
    if (seq > next + 1) note(eventName(next), `is missing, and all up to event ${seq - 1}`, next);
  };
  for (const { name, seq } of events) {
    if (seq >= count) note(name, `was added: the manifest counts ${count} events`, seq);
    else gapBefore(seq);
    next = Math.min(seq, count - 1) + 1;
  }
  gapBefore(count);
}
