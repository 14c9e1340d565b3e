import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigInvalid } from '../domain/errors.ts';
import type { Signer } from '../domain/ports.ts';
import { onDisk } from './storage-errors.ts';
import { place, withStaged } from './write-once.ts';

/**
 * The Ed25519 key in `<dataDir>/keys/ledger.pem`, made at the first call and then kept; its public half
 * stands beside it in `ledger.pub.pem`. Throws `ConfigInvalid` where the key is lost, damaged or readable
 * to others, `StorageFailed` for the disk.
 */
export async function openSigner(dataDir: string): Promise<Signer> {
  const folder = join(dataDir, 'keys');
  const path = join(folder, 'ledger.pem');
  return onDisk(path, async () => {
    if (!existsSync(path)) await makeKey(folder, path);
    const key = readKey(path);
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    await keepPublicKey(folder, publicKey);
    return { publicKey, sign: async (bytes) => sign(null, bytes, key) };
  });
}

/** Where the public key of `openSigner` stands. */
export function publicKeyPath(dataDir: string): string {
  return join(dataDir, 'keys', 'ledger.pub.pem');
}

async function makeKey(folder: string, path: string): Promise<void> {
  const published = join(folder, 'ledger.pub.pem');
  if (existsSync(published)) {
    throw new ConfigInvalid(
      `${path} is missing but ${published} stands: put the key back, or move ${published} away to sign with a new key`,
    );
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  // Another process may have been first; then its key is the key.
  await withStaged(folder, pem, 0o600, (staged) => place(staged, path));
}

function readKey(path: string): KeyObject {
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new ConfigInvalid(`${path} is readable to others: chmod 600 ${path}`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(path));
  } catch {
    // The cause could quote the file, so it is left out.
    throw new ConfigInvalid(`${path} holds no private key in PEM`);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new ConfigInvalid(`${path} is no Ed25519 key`);
  return key;
}

async function keepPublicKey(folder: string, publicKey: string): Promise<void> {
  const path = join(folder, 'ledger.pub.pem');
  if (!existsSync(path)) {
    await withStaged(folder, publicKey, 0o444, (staged) => place(staged, path));
  }
  if (readFileSync(path, 'utf8') !== publicKey) {
    throw new ConfigInvalid(`${path} does not belong to the private key beside it`);
  }
}
