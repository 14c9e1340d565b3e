import { createPublicKey, type KeyObject } from 'node:crypto';
import { checkChain, type EventObject, readEvents } from './audit-chain.ts';
import {
  checkpointName,
  eventName,
  type LedgerObjects,
  manifestName,
  type Note,
  publicKeyName,
} from './audit-objects.ts';
import { readSeal } from './audit-seal.ts';
import { ConfigInvalid } from './errors.ts';
import { type LedgerEvent, type Manifest, sha256 } from './ledger.ts';

/** One thing that is wrong: in which object, at which event where there is one, and why. */
export interface Problem {
  readonly object: string;
  readonly seq?: number;
  readonly reason: string;
}

/** What a verification came to. */
export interface Verification {
  /** No problem was found. */
  readonly ok: boolean;
  /**
   * An authentic manifest closes the ledger. Without one the chain is checked, but nothing can tell
   * whether events are missing from its end or whether its last event was changed.
   */
  readonly sealed: boolean;
  readonly run?: string;
  /** Event objects found. */
  readonly events: number;
  /** SHA-256 of the last event's bytes. */
  readonly head?: string;
  readonly problems: readonly Problem[];
}

/** What the caller knows from elsewhere. */
export interface Expectation {
  readonly run?: string;
  /** A ledger that is not sealed is then a problem. */
  readonly sealed?: boolean;
}

/**
 * Verifies a run's ledger from its objects and the public key (SPKI, PEM) alone. Throws `ConfigInvalid`
 * where the key is none; whatever is wrong with the ledger is a problem in the result.
 */
export function verifyLedger(
  objects: LedgerObjects,
  publicKeyPem: string,
  expected: Expectation = {},
): Verification {
  const problems: Problem[] = [];
  const note: Note = (object, reason, seq) => {
    problems.push({ object, ...(seq === undefined ? {} : { seq }), reason });
  };
  const manifest = readSeal(objects, readKey(publicKeyPem), note);
  if (expected.sealed === true && !objects.has(manifestName)) {
    note(manifestName, 'is missing: the ledger is not sealed');
  }
  const events = readEvents(objects, note);
  const run = expected.run ?? manifest?.run ?? events.find(({ event }) => event)?.event?.run;
  if (manifest !== undefined && manifest.run !== run) {
    note(manifestName, `closes the ledger of run ${manifest.run}, not of ${run}`);
  }
  checkChain(events, run, manifest, note);
  checkPayloads(objects, events, manifest, note);
  checkNames(objects, note);
  const head = events.at(-1)?.hash;
  return {
    ok: problems.length === 0,
    sealed: manifest !== undefined,
    ...(run === undefined ? {} : { run }),
    events: events.length,
    ...(head === undefined ? {} : { head }),
    problems,
  };
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, the same for what is no key and for what is another kind of key.
  }
  throw new ConfigInvalid('the public key of the ledger must be an Ed25519 key in PEM');
}

const payloadPattern = /^payloads\/([0-9a-f]{64})$/;

function checkPayloads(
  objects: LedgerObjects,
  events: readonly EventObject[],
  manifest: Manifest | undefined,
  note: Note,
): void {
  const listed = manifest && new Set(manifest.payloads);
  for (const [name, bytes] of objects) {
    const digest = payloadPattern.exec(name)?.[1];
    if (digest === undefined) continue;
    if (sha256(bytes) !== digest) note(name, 'has been changed: its SHA-256 is not its name');
    if (listed?.has(digest) === false) note(name, 'was added: the manifest does not list it');
  }
  const missing = new Map<string, { reason: string; seq?: number }>();
  for (const digest of listed ?? []) {
    missing.set(`payloads/${digest}`, { reason: 'is missing: the manifest lists it' });
  }
  for (const { event, seq } of events) {
    for (const digest of payloadsNamed(event)) {
      missing.set(`payloads/${digest}`, { reason: `is missing: event ${seq} names it`, seq });
    }
  }
  for (const [name, { reason, seq }] of missing) if (!objects.has(name)) note(name, reason, seq);
}

/** Members of an event's data that name a payload by its digest, or several in a list. */
const payloadMembers = ['payload', 'payloads', 'issue', 'policy'];

/** Only an observed event is believed: what a sandbox claims could name anything. */
function payloadsNamed(event: LedgerEvent | undefined): string[] {
  const data = event?.standing === 'observed' ? (event.data ?? {}) : {};
  const values = payloadMembers.flatMap((member) => data[member] ?? []);
  return values.filter((value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) as [];
}

function checkNames(objects: LedgerObjects, note: Note): void {
  const known = new Set([manifestName, checkpointName, publicKeyName]);
  for (const name of objects.keys()) {
    const event = /^events\/(\d+)\.json$/.exec(name)?.[1];
    const isEvent = event !== undefined && eventName(Number(event)) === name;
    if (!known.has(name) && !isEvent && !payloadPattern.test(name)) {
      note(name, 'was added: a ledger has no object by this name');
    }
  }
}
