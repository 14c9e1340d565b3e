import {
  constants,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { expect, test } from '@jest/globals';
import { importAppKey } from '../../lib/aws/import-app-key.ts';
import { refusal, startWire, type WireAnswer, type WireCall } from './wire.ts';

const wrapping = generateKeyPairSync('rsa', { modulusLength: 4096 });
const app = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = app.privateKey.export({ type: 'pkcs8', format: 'der' });
const pemOf = (key: KeyObject, type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
  key.export({ type, format: 'pem' }).toString();

/** KMS that waits for the material of `app-key`; a fault stands in for its answer to the call of that name. */
async function startKms(faults: Record<string, WireAnswer> = {}) {
  const { calls, client } = await startWire(({ operation, body }: WireCall) => {
    const fault = faults[operation.replace('TrentService.', '')];
    if (fault !== undefined) return fault;
    if (operation === 'TrentService.ImportKeyMaterial') return { body: {} };
    const spki = wrapping.publicKey.export({ type: 'spki', format: 'der' });
    return {
      body: {
        KeyId: body.KeyId,
        ImportToken: Buffer.from('token').toString('base64'),
        PublicKey: spki.toString('base64'),
      },
    };
  });
  return { calls, kms: new KMSClient(client) };
}

/** What KMS makes of it: the AES key by its private key, and the material by that one. */
function unwrapped(material: string): Buffer {
  const bytes = Buffer.from(material, 'base64');
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const how = { key: wrapping.privateKey, padding, oaepHash: 'sha256' };
  const aes = privateDecrypt(how, bytes.subarray(0, 512));
  const start = Buffer.from('A65959A6', 'hex');
  const decipher = createDecipheriv('id-aes256-wrap-pad', aes, start);
  return Buffer.concat([decipher.update(bytes.subarray(512)), decipher.final()]);
}

test.each(['pkcs1', 'pkcs8'] as const)('a %s key is given to KMS, wrapped', async (type) => {
  const { calls, kms } = await startKms();
  await importAppKey(kms, 'app-key', pemOf(app.privateKey, type));
  expect(calls[0]).toEqual({
    operation: 'TrentService.GetParametersForImport',
    body: {
      KeyId: 'app-key',
      WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256',
      WrappingKeySpec: 'RSA_4096',
    },
  });
  const { EncryptedKeyMaterial, ...rest } = calls[1]?.body ?? {};
  expect(rest).toEqual({
    KeyId: 'app-key',
    ImportToken: Buffer.from('token').toString('base64'),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  });
  expect(unwrapped(String(EncryptedKeyMaterial)).equals(pkcs8)).toBe(true);
  expect(Buffer.from(String(EncryptedKeyMaterial), 'base64').includes(pkcs8)).toBe(false);
});

test('the key that wraps is another each time', async () => {
  const { calls, kms } = await startKms();
  await importAppKey(kms, 'app-key', pemOf(app.privateKey));
  await importAppKey(kms, 'app-key', pemOf(app.privateKey));
  const [first, second] = [calls[1], calls[3]].map((call) => call?.body.EncryptedKeyMaterial);
  expect(first).not.toBe(second);
});

test.each([
  ['no PEM', () => 'ghs_not-a-key'],
  ['a PEM that is cut', () => pemOf(app.privateKey).slice(0, 600)],
  ['4,096 bits', () => pemOf(wrapping.privateKey)],
  ['the public half', () => pemOf(app.publicKey, 'pkcs1')],
  ['of another kind', () => pemOf(generateKeyPairSync('ed25519').privateKey)],
])('a key that is %s is refused and not quoted', async (_what, pem) => {
  const { calls, kms } = await startKms();
  const fault = await importAppKey(kms, 'app-key', pem()).catch((error: Error) => error);
  expect(fault).toMatchObject({
    name: 'ConfigInvalid',
    message: "the App's private key must be an RSA key of 2,048 bits, in PEM",
  });
  expect(fault).not.toHaveProperty('cause');
  expect(calls).toEqual([]);
});

test.each([
  ['GetParametersForImport', refusal(400, 'UnsupportedOperationException', 'no'), 'ConfigInvalid'],
  ['ImportKeyMaterial', refusal(400, 'IncorrectKeyMaterialException', 'other'), 'ConfigInvalid'],
  ['ImportKeyMaterial', refusal(500, 'KMSInternalException', 'oh'), 'StorageFailed'],
  ['GetParametersForImport', { body: { ImportToken: '' } }, 'StorageFailed'],
] as const)('KMS that fails at %s is told with the key’s name', async (call, answer, name) => {
  const { kms } = await startKms({ [call]: answer });
  await expect(importAppKey(kms, 'app-key', pemOf(app.privateKey))).rejects.toMatchObject({
    name,
    message: expect.stringContaining("KMS does not take the App's key for app-key"),
  });
});
