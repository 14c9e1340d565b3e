import { NotFound } from './errors.ts';
import { canonicalJson } from './ledger.ts';

/** A ledger's objects by name, as they stand in its folder: `events/00000000.json`, `manifest.json` ... */
export type LedgerObjects = ReadonlyMap<string, Uint8Array>;

/** Takes down what is wrong with an object, at an event where there is one. */
export type Note = (object: string, reason: string, seq?: number) => void;

export const manifestName = 'manifest.json';
export const checkpointName = 'checkpoint.json';
export const publicKeyName = 'ledger.pub.pem';

/** Name of an event's object. */
export function eventName(seq: number): string {
  return `events/${String(seq).padStart(8, '0')}.json`;
}

/** Where payloads are, each under its SHA-256. */
export const payloadFolder = 'payloads';

/** Name of a payload's object. Throws `NotFound` for what is no SHA-256 in lower-case hex. */
export function payloadName(digest: string): string {
  if (/^[0-9a-f]{64}$/.test(digest)) return `${payloadFolder}/${digest}`;
  throw new NotFound(`no payload ${JSON.stringify(digest)}`);
}

/** The name of a run's folder among the ledgers. Throws `NotFound` for an id that is no plain file name. */
export function ledgerName(run: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,127}$/.test(run)) return run;
  throw new NotFound(`no run ${JSON.stringify(run)}`);
}

/** The JSON value whose canonical form the bytes are, or what keeps them from being one. */
export function readCanonical(bytes: Uint8Array): { value: unknown } | { fault: string } {
  let value: unknown;
  let canonical: string;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    canonical = canonicalJson(value);
  } catch {
    return { fault: 'is not JSON' };
  }
  if (Buffer.from(canonical).equals(bytes)) return { value };
  return { fault: 'is not in canonical form' };
}
