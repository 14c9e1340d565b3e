import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Who saw what the event tells: trusted parts observe, a sandbox only claims. Policy reads observed events. */
type Standing = 'observed' | 'claimed';

/** Who wrote the event. */
export type Actor =
  | 'intake'
  | 'dispatcher'
  | 'lifecycle'
  | 'gateway'
  | 'publisher'
  | 'sandbox'
  | 'cli'
  | 'sweep';

/** What a writer gives; run, seq, previous hash are assigned in the transaction that stores it. */
export interface NewEvent {
  readonly kind: string;
  readonly actor: Actor;
  readonly standing: Standing;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly fence?: number | undefined;
  /** Small facts only; contents are payloads, named here by digest. Undefined members are left out. */
  readonly data?: Record<string, unknown>;
}

/** One event of a run's hash chain, as stored. */
export interface LedgerEvent {
  readonly v: 1;
  readonly run: string;
  /** From 0, without a gap. */
  readonly seq: number;
  /** SHA-256, hex, of the bytes of the event before; of the run's id for the first. */
  readonly prev: string;
  readonly at: string;
  readonly kind: string;
  readonly actor: Actor;
  readonly standing: Standing;
  readonly fence?: number;
  readonly data?: Record<string, unknown>;
}

/** The chain's end: what the next event must follow. */
export interface LedgerHead {
  readonly seq: number;
  readonly hash: string;
}

/** Closes a run's ledger. */
export interface Manifest {
  readonly v: 1;
  readonly run: string;
  readonly count: number;
  readonly head: string;
  readonly models: readonly string[];
  readonly outcome: string;
  /** Digests of every payload stored for the run, sorted. */
  readonly payloads: readonly string[];
  /** SHA-256 of the lifecycle definition. */
  readonly definition: string;
}

/** The manifest's signature. */
export interface Checkpoint {
  /** 2 in all that is sealed now; what the signature is over depends on it. */
  readonly v: 1 | 2;
  readonly algorithm: 'Ed25519';
  /** SHA-256, hex, of the public key's SPKI bytes. */
  readonly key: string;
  /** SHA-256, hex, of the manifest's bytes. */
  readonly manifest: string;
  /** Over `signedBytes` (seal.ts), hex. */
  readonly signature: string;
}

/** SHA-256 in lower-case hex. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/**
 * Canonical JSON (RFC 8785). Members that are undefined are left out; half a surrogate pair, which has
 * no UTF-8 form and which a sandbox may well send, becomes U+FFFD.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(wellFormed(value));
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

function wellFormed(value: unknown): unknown {
  const text = JSON.stringify(value);
  // JSON escapes a surrogate only where the other half is missing.
  if (text === undefined || !/\\ud[89a-f]/.test(text)) return value;
  return JSON.parse(text, (_key, item) => {
    if (typeof item === 'string') return item.toWellFormed();
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, of]) => [key.toWellFormed(), of]));
  });
}

/** The hash that stands before a run's first event. */
export function genesisOf(run: string): string {
  return sha256(`entropy-ledger-v1:${run}`);
}

/** Links a new event to the chain and gives its bytes and the new head. */
export function chainEvent(
  run: string,
  head: LedgerHead | undefined,
  event: NewEvent,
): { event: LedgerEvent; bytes: string; head: LedgerHead } {
  // Member by member: what a writer gives beside them must not get into the chain.
  const { kind, actor, standing, at, fence, data } = event;
  const linked = {
    v: 1,
    run,
    seq: head === undefined ? 0 : head.seq + 1,
    prev: head?.hash ?? genesisOf(run),
    at: new Date(at).toISOString(),
    kind,
    actor,
    standing,
    fence,
    data,
  };
  const bytes = canonicalJson(linked);
  const chained = JSON.parse(bytes) as LedgerEvent;
  return { event: chained, bytes, head: { seq: chained.seq, hash: sha256(bytes) } };
}
