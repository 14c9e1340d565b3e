import { verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { kmsAppSign } from '../../lib/aws/app-key.ts';
import { appJwt } from '../../lib/github/app-jwt.ts';
import { startKms } from './kms-wire.ts';
import { refusal } from './wire.ts';

test('signs a token of the App that its public key verifies', async () => {
  const { kms, appPublicKey, calls } = await startKms();
  const jwt = await appJwt({ appId: 7, sign: kmsAppSign(kms, 'app-key') });
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const signed = Buffer.from(`${head}.${claims}`);
  expect(verify('sha256', signed, appPublicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  expect(calls).toHaveLength(1);
});

test('a key that may not be used is a fault of the set-up, KMS that is away is not', async () => {
  const denied = await startKms([refusal(400, 'AccessDeniedException', 'not you')]);
  await expect(kmsAppSign(denied.kms, 'app-key')(Buffer.from('x'))).rejects.toMatchObject({
    name: 'ConfigInvalid',
  });
  const away = await startKms([{ status: 0 }, { status: 0 }, { status: 0 }]);
  await expect(kmsAppSign(away.kms, 'app-key')(Buffer.from('x'))).rejects.toMatchObject({
    name: 'ForgeUnavailable',
  });
});
