import { join } from 'node:path';
import {
  checkpointName,
  eventName,
  manifestName,
  publicKeyName,
} from '../../domain/audit-objects.ts';
import { NotFound } from '../../domain/errors.ts';

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
  if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(run)) throw new NotFound(`no run ${JSON.stringify(run)}`);
  const folder = join(ledgerDir, run);
  const payloads = join(folder, 'payloads');
  return {
    folder,
    payloads,
    manifest: join(folder, manifestName),
    checkpoint: join(folder, checkpointName),
    publicKey: join(folder, publicKeyName),
    event: (seq) => join(folder, eventName(seq)),
    payload: (digest) => {
      if (!/^[0-9a-f]{64}$/.test(digest)) {
        throw new NotFound(`no payload ${JSON.stringify(digest)}`);
      }
      return join(payloads, digest);
    },
  };
}
