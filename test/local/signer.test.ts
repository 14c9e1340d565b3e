import { generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openSigner, publicKeyPath } from '../../lib/local/signer.ts';
import { dataFolder } from './store/open-stores.ts';

const root = dataFolder();
let folders = 0;
const fresh = () => {
  folders += 1;
  return join(root, String(folders));
};
const privatePath = (dataDir: string) => join(dataDir, 'keys', 'ledger.pem');
const refused = (message: RegExp) =>
  expect.objectContaining({ name: 'ConfigInvalid', message: expect.stringMatching(message) });

test('makes a key for this user alone, once, and signs with it', async () => {
  const dataDir = fresh();
  const signer = await openSigner(dataDir);
  expect(statSync(privatePath(dataDir)).mode & 0o777).toBe(0o600);
  expect(readFileSync(publicKeyPath(dataDir), 'utf8')).toBe(signer.publicKey);
  const bytes = Buffer.from('a manifest');
  const signature = await (await openSigner(dataDir)).sign(bytes);
  expect(verify(null, bytes, signer.publicKey, signature)).toBe(true);
});

test('openers at the same time get the same key', async () => {
  const dataDir = fresh();
  const signers = await Promise.all(Array.from({ length: 8 }, () => openSigner(dataDir)));
  expect(new Set(signers.map(({ publicKey }) => publicKey)).size).toBe(1);
});

test('refuses a key that others can read', async () => {
  const dataDir = fresh();
  await openSigner(dataDir);
  chmodSync(privatePath(dataDir), 0o644);
  await expect(openSigner(dataDir)).rejects.toEqual(refused(/readable to others: chmod 600/));
});

test('makes no new key in silence where the old one is lost', async () => {
  const dataDir = fresh();
  await openSigner(dataDir);
  rmSync(privatePath(dataDir));
  await expect(openSigner(dataDir)).rejects.toEqual(refused(/is missing but .* stands/));
});

test('restores the public half, and refuses one that belongs to another key', async () => {
  const dataDir = fresh();
  const { publicKey } = await openSigner(dataDir);
  rmSync(publicKeyPath(dataDir));
  await openSigner(dataDir);
  expect(readFileSync(publicKeyPath(dataDir), 'utf8')).toBe(publicKey);
  rmSync(publicKeyPath(dataDir));
  const other = generateKeyPairSync('ed25519').publicKey;
  writeFileSync(publicKeyPath(dataDir), other.export({ type: 'spki', format: 'pem' }));
  await expect(openSigner(dataDir)).rejects.toEqual(refused(/does not belong/));
});

test('says nothing of what a damaged key file holds', async () => {
  const dataDir = fresh();
  await openSigner(dataDir);
  writeFileSync(privatePath(dataDir), 'a secret that is no key');
  const failed = await openSigner(dataDir).catch((error: Error) => error);
  expect(failed).toEqual(refused(/holds no private key in PEM/));
  expect(JSON.stringify([String(failed), (failed as Error).cause ?? ''])).not.toContain('secret');
});

test('refuses a key of another kind', async () => {
  const dataDir = fresh();
  await openSigner(dataDir);
  const { privateKey } = generateKeyPairSync('x25519');
  writeFileSync(privatePath(dataDir), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await expect(openSigner(dataDir)).rejects.toEqual(refused(/no Ed25519 key/));
});
