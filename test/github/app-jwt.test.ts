import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { appJwt } from '../../lib/github/app-jwt.ts';
import { appKeys } from './playground-fixture.ts';

const now = 1_700_000_000_999;
const read = (jwt: string) =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown);
const app = { appId: '7', privateKey: appKeys.privateKey };

test('is valid from a minute ago for ten minutes, and signed with the key', async () => {
  const jwt = await appJwt(app, now);
  expect(read(jwt)).toEqual([
    { alg: 'RS256', typ: 'JWT' },
    { iat: 1_699_999_940, exp: 1_700_000_540, iss: '7', jti: expect.any(String) },
  ]);
  const [head, claims, signature = ''] = jwt.split('.');
  const key = createPublicKey(appKeys.publicKey);
  const bytes = Buffer.from(`${head}.${claims}`);
  expect(verify('sha256', bytes, key, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('no two of a second are the same', async () => {
  expect(await appJwt(app, now)).not.toBe(await appJwt(app, now));
});

test('takes a signature from who has the key', async () => {
  const asked: string[] = [];
  const sign = async (bytes: Uint8Array) => {
    asked.push(String(bytes));
    return Buffer.from([255, 254, 253]);
  };
  const jwt = await appJwt({ appId: 7, sign }, now);
  expect(jwt).toBe(`${asked[0]}.__79`);
});
