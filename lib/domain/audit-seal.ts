import { type KeyObject, verify } from 'node:crypto';
import * as z from 'zod';
import {
  checkpointName,
  type LedgerObjects,
  manifestName,
  type Note,
  publicKeyName,
  readCanonical,
} from './audit-objects.ts';
import { type Checkpoint, type Manifest, sha256 } from './ledger.ts';
import { signedBytes } from './seal.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const checkpointSchema = z.strictObject({
  v: z.union([z.literal(1), z.literal(2)]),
  algorithm: z.literal('Ed25519'),
  key: digest,
  manifest: digest,
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
const manifestSchema = z.strictObject({
  v: z.literal(1),
  run: z.string(),
  count: z.number().int().min(1),
  head: digest,
  models: z.array(z.string()),
  outcome: z.string(),
  payloads: z.array(digest),
  definition: z.string(),
});

/**
 * The manifest, if the key's signature stands over it. The three objects of a seal come together: where
 * one is there, one that is missing is noted.
 */
export function readSeal(objects: LedgerObjects, key: KeyObject, note: Note): Manifest | undefined {
  const names = [manifestName, checkpointName, publicKeyName];
  if (!names.some((name) => objects.has(name))) return undefined;
  for (const name of names) {
    if (!objects.has(name)) note(name, 'is missing: other parts of the seal are there');
  }
  checkPublicKey(objects.get(publicKeyName), key, note);
  const manifest = objects.get(manifestName);
  const checkpoint = objects.get(checkpointName);
  if (checkpoint === undefined) return undefined;
  const read = readCheckpoint(checkpoint, key, note);
  if (manifest === undefined || read === undefined) return undefined;
  return isSigned(manifest, read, key, note) ? readManifest(manifest, note) : undefined;
}

function checkPublicKey(found: Uint8Array | undefined, key: KeyObject, note: Note): void {
  const pem = key.export({ type: 'spki', format: 'pem' });
  if (found !== undefined && !Buffer.from(pem).equals(found)) {
    note(publicKeyName, 'is not the public key that the ledger was to be verified with');
  }
}

function readCheckpoint(bytes: Uint8Array, key: KeyObject, note: Note): Checkpoint | undefined {
  const read = readCanonical(bytes);
  if ('fault' in read) {
    note(checkpointName, read.fault);
    return undefined;
  }
  const checkpoint = checkpointSchema.safeParse(read.value);
  if (!checkpoint.success) {
    note(checkpointName, 'is no checkpoint of version 1 or 2');
    return undefined;
  }
  const id = sha256(key.export({ type: 'spki', format: 'der' }));
  if (checkpoint.data.key === id) return checkpoint.data;
  note(checkpointName, `names the signing key ${checkpoint.data.key}; the one given is ${id}`);
  return undefined;
}

/** Notes the one of the two that is wrong, as far as they tell. */
function isSigned(manifest: Uint8Array, found: Checkpoint, key: KeyObject, note: Note): boolean {
  const bytes = signedBytes(found, manifest);
  const signed = verify(null, bytes, key, Buffer.from(found.signature, 'hex'));
  const named = found.manifest === sha256(manifest);
  const changed = () => note(manifestName, 'has been changed: these are not the signed bytes');
  const unsigned = () => note(checkpointName, 'has a signature that does not stand');
  if (found.v === 2) {
    if (!signed) unsigned();
    else if (!named) changed();
    return signed && named;
  }
  if (signed && !named) note(checkpointName, 'gives another SHA-256 for the manifest it signs');
  if (!signed && named) unsigned();
  if (!signed && !named) changed();
  return signed;
}

function readManifest(bytes: Uint8Array, note: Note): Manifest | undefined {
  const read = readCanonical(bytes);
  const manifest = manifestSchema.safeParse('value' in read ? read.value : undefined);
  if (manifest.success) return manifest.data;
  note(manifestName, 'is signed, but no manifest of version 1 in canonical form');
  return undefined;
}
