import { readdirSync } from 'node:fs';
import { LedgerConflict } from '../../domain/errors.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Signer } from '../../domain/ports.ts';
import { checkpointOf, manifestOf, type SealFacts, sameFacts } from '../../domain/seal.ts';
import type { Database } from '../store/database.ts';
import { headOf } from '../store/event-log.ts';
import type { LedgerPaths } from './ledger-paths.ts';

/**
 * Fixes the manifest, in one transaction: from then on no event and no payload can be added. Sealed
 * again with the same facts it gives the same bytes. Throws `LedgerConflict` for other facts.
 */
export function fixManifest(
  database: Database,
  paths: LedgerPaths,
  run: string,
  facts: SealFacts,
): { manifest: string; head: LedgerHead } {
  return database.write(() => {
    const head = headOf(database, run);
    if (head.seq < 0) throw new LedgerConflict(`run ${run} has no event to seal`);
    const sealed = database.get<{ manifest: string }>(
      'SELECT manifest FROM seals WHERE run = ?',
      run,
    );
    if (sealed !== undefined) return { manifest: sameFacts(sealed.manifest, run, facts), head };
    const manifest = manifestOf(run, head, facts, payloadsIn(paths.payloads));
    database.run('INSERT INTO seals (run, manifest) VALUES (?, ?)', run, manifest);
    return { manifest, head };
  });
}

/** The folder is the truth: a payload is put there inside the transaction that finds the run unsealed. */
function payloadsIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The manifest's signature, kept so that a later key does not change a ledger sealed before it. */
export async function fixCheckpoint(
  database: Database,
  signer: Signer,
  run: string,
  manifest: string,
): Promise<{ checkpoint: string; publicKey: string }> {
  const fresh = { checkpoint: await checkpointOf(signer, manifest), publicKey: signer.publicKey };
  return database.write(() => {
    const kept = database.get<{ checkpoint: string | null; publicKey: string | null }>(
      'SELECT checkpoint, public_key AS publicKey FROM seals WHERE run = ?',
      run,
    );
    if (kept?.checkpoint && kept.publicKey) {
      return { checkpoint: kept.checkpoint, publicKey: kept.publicKey };
    }
    database.run(
      'UPDATE seals SET checkpoint = ?, public_key = ? WHERE run = ?',
      fresh.checkpoint,
      fresh.publicKey,
      run,
    );
    return fresh;
  });
}
