import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  type Checkpoint,
  canonicalJson,
  type LedgerHead,
  sha256,
} from '../../lib/domain/ledger.ts';
import { checkpointOf, manifestOf, sameFacts, signedBytes } from '../../lib/domain/seal.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const head: LedgerHead = { seq: 1, hash: sha256('last') };
const facts = { outcome: 'merged', models: ['b', 'a', 'b'], definition: 'd' };

test('a manifest lists models and payloads once each, in order', () => {
  expect(JSON.parse(manifestOf('r-1', head, facts, ['2', '1', '2']))).toEqual({
    ...{ v: 1, run: 'r-1', count: 2, head: head.hash, outcome: 'merged', definition: 'd' },
    models: ['a', 'b'],
    payloads: ['1', '2'],
  });
});

test('the same facts give the manifest that stands, others are a conflict', () => {
  const sealed = manifestOf('r-1', head, facts, []);
  expect(sameFacts(sealed, 'r-1', { ...facts, models: ['a', 'b'] })).toBe(sealed);
  expect(() => sameFacts(sealed, 'r-1', { ...facts, outcome: 'failed' })).toThrow(
    expect.objectContaining({ name: 'LedgerConflict' }),
  );
});

test('what is signed names the manifest and does not grow with it', async () => {
  const asked: Uint8Array[] = [];
  const signer = {
    publicKey: pem,
    sign: async (bytes: Uint8Array) => {
      asked.push(bytes);
      return sign(null, bytes, privateKey);
    },
  };
  const manifest = manifestOf(
    'r-1',
    head,
    facts,
    Array.from({ length: 500 }, (_, n) => sha256(`${n}`)),
  );
  const checkpoint = JSON.parse(await checkpointOf(signer, manifest)) as Checkpoint;
  const key = sha256(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
  expect(checkpoint).toMatchObject({ v: 2, algorithm: 'Ed25519', key, manifest: sha256(manifest) });
  const { signature, ...body } = checkpoint;
  expect(asked.map(String)).toEqual([canonicalJson(body)]);
  expect(asked[0]?.length).toBeLessThan(250);
  expect(verify(null, Buffer.from(canonicalJson(body)), pem, Buffer.from(signature, 'hex'))).toBe(
    true,
  );
});

test('in version 1 it was the manifest itself', () => {
  const manifest = Buffer.from('manifest');
  const body = { v: 1, algorithm: 'Ed25519', key: 'k', manifest: 'm' } as const;
  expect(signedBytes(body, manifest)).toBe(manifest);
  expect(String(signedBytes({ ...body, v: 2 }, manifest))).toBe(
    '{"algorithm":"Ed25519","key":"k","manifest":"m","v":2}',
  );
});
