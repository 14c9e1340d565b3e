import { createPublicKey, verify } from 'node:crypto';
import {
  CreateKeyCommand,
  GetPublicKeyCommand,
  type KeySpec,
  KMSClient,
} from '@aws-sdk/client-kms';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, expect, test } from '@jest/globals';
import { kmsAppSign } from '../../../lib/aws/app-key.ts';
import { callLimits } from '../../../lib/aws/call-limits.ts';
import { dynamoLedger } from '../../../lib/aws/ledger/ledger.ts';
import { parameterSecrets, webhookSecrets } from '../../../lib/aws/secrets.ts';
import { kmsSigner } from '../../../lib/aws/signer.ts';
import { appJwt } from '../../../lib/github/app-jwt.ts';
import { verifyFolder } from '../../../lib/local/ledger/verify-folder.ts';
import { event } from '../../contract/examples.ts';
import { endpoint } from '../store/open-table.ts';
import { ledgerMaker } from './open-ledger.ts';

const make = ledgerMaker();
const options = {
  ...callLimits(5_000),
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const kms = new KMSClient(options);
const ssm = new SSMClient(options);
afterAll(() => {
  kms.destroy();
  ssm.destroy();
});

async function keyOf(spec: KeySpec): Promise<string> {
  const made = await kms.send(new CreateKeyCommand({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY' }));
  return made.KeyMetadata?.KeyId ?? '';
}

test('a ledger with a manifest too large for KMS is sealed by its key, and verifies offline', async () => {
  const { table, bucket, download } = await make();
  const signer = await kmsSigner(kms, await keyOf('ECC_NIST_EDWARDS25519'));
  const ledger = dynamoLedger({ table, bucket, signer: async () => signer });
  const payloads: string[] = [];
  for (let n = 0; n < 70; n += 1) payloads.push(await ledger.putPayload('r-1', `payload ${n}`));
  await ledger.append('r-1', [event('one', { payloads })]);
  await ledger.seal('r-1', { outcome: 'merged', models: [], definition: 'd' });
  expect((await bucket.read('r-1/manifest.json'))?.length).toBeGreaterThan(4096);
  expect(await verifyFolder(await download('r-1'), signer.publicKey)).toMatchObject({
    ...{ ok: true, sealed: true, events: 1 },
  });
});

test('KMS signs as the App', async () => {
  const key = await keyOf('RSA_2048');
  const jwt = await appJwt({ appId: 7, sign: kmsAppSign(kms, key) });
  const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: key }));
  const spki = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  const [head, claims, signature = ''] = jwt.split('.');
  const bytes = Buffer.from(`${head}.${claims}`);
  expect(verify('sha256', bytes, spki, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('secrets are read decrypted from SecureString parameters', async () => {
  const Name = `/entropy-${process.pid}-${Date.now()}/webhook`;
  const put = (Value: string) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  const [one, two] = ['1'.repeat(32), '2'.repeat(32)];
  await put(one);
  let now = 0;
  const parameters = { webhook: Name, webhookPrevious: `${Name}-previous` };
  const { values, refreshed } = parameterSecrets(ssm, parameters, () => now);
  expect(webhookSecrets(await values())).toEqual([one]);
  await put(two);
  now = 60_000;
  expect(webhookSecrets(await values())).toEqual([one]);
  expect(webhookSecrets(await refreshed())).toEqual([two]);
});
