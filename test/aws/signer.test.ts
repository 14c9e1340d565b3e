import { verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { kmsSigner } from '../../lib/aws/signer.ts';
import { verifyLedger } from '../../lib/domain/audit.ts';
import { chainEvent, sha256 } from '../../lib/domain/ledger.ts';
import { checkpointOf, manifestOf } from '../../lib/domain/seal.ts';
import { event } from '../contract/examples.ts';
import { startKms } from './kms-wire.ts';
import { refusal } from './wire.ts';

test('signs with the key that it shows', async () => {
  const { kms, ledgerPublicKey } = await startKms();
  const signer = await kmsSigner(kms, 'ledger-key');
  expect(signer.publicKey).toBe(ledgerPublicKey);
  const bytes = Buffer.from('bytes');
  expect(verify(null, bytes, signer.publicKey, await signer.sign(bytes))).toBe(true);
});

test('closes a ledger of any size', async () => {
  const { kms } = await startKms();
  const signer = await kmsSigner(kms, 'ledger-key');
  const payloads = Array.from({ length: 300 }, (_, n) => String(n));
  const first = chainEvent('r-1', undefined, event('one'));
  const facts = { outcome: 'merged', models: [], definition: 'd' };
  const manifest = manifestOf('r-1', first.head, facts, payloads.map(sha256));
  expect(Buffer.byteLength(manifest)).toBeGreaterThan(4096);
  const objects = new Map([
    ['events/00000000.json', first.bytes],
    ['manifest.json', manifest],
    ['checkpoint.json', await checkpointOf(signer, manifest)],
    ['ledger.pub.pem', signer.publicKey],
    ...payloads.map((text) => [`payloads/${sha256(text)}`, text] as const),
  ]);
  const bytes = new Map([...objects].map(([name, text]) => [name, Buffer.from(text)]));
  expect(verifyLedger(bytes, signer.publicKey)).toMatchObject({ ok: true, sealed: true });
});

test('a key of another kind, and one that is not there, are told', async () => {
  const { kms } = await startKms();
  await expect(kmsSigner(kms, 'app-key')).rejects.toMatchObject({
    name: 'ConfigInvalid',
    message: "the ledger's key app-key is RSA_2048, not ECC_NIST_EDWARDS25519",
  });
  await expect(kmsSigner(kms, 'none')).rejects.toMatchObject({
    name: 'ConfigInvalid',
    message: expect.stringContaining('NotFoundException: no key none'),
  });
});

test('KMS that fails for a while is storage that fails', async () => {
  const broken = refusal(500, 'KMSInternalException', 'try again');
  const { kms } = await startKms([{ status: 0 }]);
  const signer = await kmsSigner(kms, 'ledger-key');
  const failing = await startKms([broken, broken, broken]);
  await expect(kmsSigner(failing.kms, 'ledger-key')).rejects.toMatchObject({
    name: 'StorageFailed',
  });
  const denied = await startKms([refusal(400, 'AccessDeniedException', 'not you')]);
  await expect(kmsSigner(denied.kms, 'ledger-key')).rejects.toThrow(/AccessDenied.*not you/);
  expect(signer.publicKey).toContain('PUBLIC KEY');
});
