import { createPublicKey } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { LedgerConflict } from '../../domain/errors.ts';
import {
  type Checkpoint,
  canonicalJson,
  type LedgerHead,
  type Manifest,
  sha256,
} from '../../domain/ledger.ts';
import type { Ledger, Signer } from '../../domain/ports.ts';
import type { Database } from '../store/database.ts';
import { headOf } from '../store/event-log.ts';
import type { LedgerPaths } from './ledger-paths.ts';

/** What `Ledger.seal` is told of the run. */
export type SealFacts = Parameters<Ledger['seal']>[1];

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
    const manifest = canonicalJson(manifestOf(run, head, facts, payloadsIn(paths.payloads)));
    database.run('INSERT INTO seals (run, manifest) VALUES (?, ?)', run, manifest);
    return { manifest, head };
  });
}

function sameFacts(sealed: string, run: string, facts: SealFacts): string {
  const { outcome, definition, models } = JSON.parse(sealed) as Manifest;
  const before = canonicalJson({ outcome, definition, models });
  if (before === canonicalJson({ ...facts, models: sorted(facts.models) })) return sealed;
  throw new LedgerConflict(`the ledger of run ${run} was sealed before, with ${before}`);
}

function manifestOf(
  run: string,
  head: LedgerHead,
  facts: SealFacts,
  payloads: readonly string[],
): Manifest {
  return {
    v: 1,
    run,
    count: head.seq + 1,
    head: head.hash,
    models: sorted(facts.models),
    outcome: facts.outcome,
    payloads,
    definition: facts.definition,
  };
}

const sorted = (models: readonly string[]): string[] => [...new Set(models)].sort();

/** The folder is the truth: a payload is put there inside the transaction that finds the run unsealed. */
function payloadsIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
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

async function checkpointOf(signer: Signer, manifest: string): Promise<string> {
  const key = createPublicKey(signer.publicKey).export({ type: 'spki', format: 'der' });
  const signature = await signer.sign(Buffer.from(manifest));
  const checkpoint: Checkpoint = {
    v: 1,
    algorithm: 'Ed25519',
    key: sha256(key),
    manifest: sha256(manifest),
    signature: Buffer.from(signature).toString('hex'),
  };
  return canonicalJson(checkpoint);
}
