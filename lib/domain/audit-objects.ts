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
