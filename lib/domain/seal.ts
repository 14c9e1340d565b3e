import { createPublicKey } from 'node:crypto';
import { LedgerConflict } from './errors.ts';
import {
  type Checkpoint,
  canonicalJson,
  type LedgerHead,
  type Manifest,
  sha256,
} from './ledger.ts';
import type { Ledger, Signer } from './ports.ts';

/** What `Ledger.seal` is told of the run. */
export type SealFacts = Parameters<Ledger['seal']>[1];

/** The bytes that close the run's ledger at `head`; `payloads` are the digests of all that it has. */
export function manifestOf(
  run: string,
  head: LedgerHead,
  facts: SealFacts,
  payloads: readonly string[],
): string {
  const manifest: Manifest = {
    v: 1,
    run,
    count: head.seq + 1,
    head: head.hash,
    models: sorted(facts.models),
    outcome: facts.outcome,
    payloads: sorted(payloads),
    definition: facts.definition,
  };
  return canonicalJson(manifest);
}

/** What a run came to, in one form. */
export function factsText({ outcome, models, definition }: SealFacts): string {
  return canonicalJson({ outcome, models: sorted(models), definition });
}

/** What was fixed before (a manifest, or its facts), if it was by the same facts. Throws `LedgerConflict`. */
export function sameFacts(sealed: string, run: string, facts: SealFacts): string {
  const before = factsText(JSON.parse(sealed) as SealFacts);
  if (before === factsText(facts)) return sealed;
  throw new LedgerConflict(`the ledger of run ${run} was sealed before, with ${before}`);
}

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/** The signed checkpoint over a manifest, as its object's bytes. */
export async function checkpointOf(signer: Signer, manifest: string): Promise<string> {
  const key = createPublicKey(signer.publicKey).export({ type: 'spki', format: 'der' });
  const body = {
    v: 2,
    algorithm: 'Ed25519',
    key: sha256(key),
    manifest: sha256(manifest),
  } as const;
  const signature = await signer.sign(signedBytes(body, Buffer.from(manifest)));
  return canonicalJson({ ...body, signature: Buffer.from(signature).toString('hex') });
}

/**
 * What a checkpoint's signature is over. Version 2: the checkpoint itself without its signature, which
 * names the manifest by SHA-256; a manifest grows with its payloads, and a key management service signs
 * no more than 4,096 bytes. Version 1: the manifest's bytes.
 */
export function signedBytes(
  { v, algorithm, key, manifest }: Omit<Checkpoint, 'signature'>,
  manifestBytes: Uint8Array,
): Uint8Array {
  if (v === 1) return manifestBytes;
  return Buffer.from(canonicalJson({ v, algorithm, key, manifest }));
}
