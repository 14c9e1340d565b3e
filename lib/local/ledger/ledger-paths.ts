import { join } from 'node:path';
import {
  checkpointName,
  eventName,
  ledgerName,
  manifestName,
  payloadFolder,
  payloadName,
  publicKeyName,
} from '../../domain/audit-objects.ts';

/** Where the objects of one run's ledger stand. */
export interface LedgerPaths {
  readonly folder: string;
  readonly payloads: string;
  readonly manifest: string;
  readonly checkpoint: string;
  readonly publicKey: string;
  event(seq: number): string;
  /** Throws `NotFound` for what is no SHA-256 in lower-case hex. */
  payload(digest: string): string;
}

/** Throws `NotFound` for a run id that is no plain file name. */
export function ledgerPaths(ledgerDir: string, run: string): LedgerPaths {
  const folder = join(ledgerDir, ledgerName(run));
  return {
    folder,
    payloads: join(folder, payloadFolder),
    manifest: join(folder, manifestName),
    checkpoint: join(folder, checkpointName),
    publicKey: join(folder, publicKeyName),
    event: (seq) => join(folder, eventName(seq)),
    payload: (digest) => join(folder, payloadName(digest)),
  };
}
