import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InboxStore } from '../../../lib/domain/ports.ts';
import { receiveWebhook } from '../../../lib/services/intake/receive.ts';

const secret = 'the-secret-of-these-tests-0123456789';
const previous = 'the-secret-before-it-0123456789-0123';
const signed = (body: Uint8Array, by = secret) =>
  `sha256=${createHmac('sha256', by).update(body).digest('hex')}`;

/** True where the signature was taken for the body's, whatever the body then meant. */
async function believed(body: Uint8Array, signature: string | undefined): Promise<boolean> {
  const headers = {
    ...{ 'content-type': 'application/json', 'x-github-event': 'ping', 'x-github-delivery': 'd' },
    'x-hub-signature-256': signature,
  };
  const options = { inbox: {} as InboxStore, secrets: [secret, previous], now: 0 };
  return (await receiveWebhook({ headers, body }, options)).status !== 401;
}

const anyBody = fc.uint8Array({ maxLength: 200 });

test('a signature is taken for the exact bytes alone', async () => {
  await fc.assert(
    fc.asyncProperty(anyBody, anyBody, fc.nat(), async (body, other, at) => {
      const signature = signed(body);
      expect(await believed(body, signature)).toBe(true);
      expect(await believed(body, signed(body, previous))).toBe(true);
      if (!Buffer.from(body).equals(Buffer.from(other))) {
        expect(await believed(other, signature)).toBe(false);
      }
      for (const more of [[0], [0x20], [0x0a], [0xef, 0xbb, 0xbf]]) {
        expect(await believed(Uint8Array.from([...body, ...more]), signature)).toBe(false);
        expect(await believed(Uint8Array.from([...more, ...body]), signature)).toBe(false);
      }
      if (body.length > 0) {
        const flipped = Uint8Array.from(body);
        flipped[at % body.length] = (flipped[at % body.length] ?? 0) ^ (1 << (at % 8));
        expect(await believed(flipped, signature)).toBe(false);
        expect(await believed(body.subarray(1), signature)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

test('a body is taken with its exact signature alone', async () => {
  const others = (signature: string) => [
    ...[undefined, '', 'sha256=', signature.slice(7), signature.toUpperCase(), ` ${signature}`],
    ...[`${signature} `, `${signature}\n`, `${signature},${signature}`, `${signature}0`],
    ...[signature.slice(0, -1), signature.replace('256', '1'), signature.replace('=', ':')],
    ...[`sha256=${Buffer.from(signature.slice(7), 'hex').toString('base64')}`, 'sha256=null'],
    `sha256=${'0'.repeat(64)}`,
    signature.replace(/[0-9a-f]$/, (digit) => (digit === '0' ? '1' : '0')),
    signature.normalize('NFKD').replace('s', '\u017f'),
  ];
  await fc.assert(
    fc.asyncProperty(anyBody, fc.string({ unit: 'binary' }), async (body, odd) => {
      const signature = signed(body);
      for (const other of [...others(signature), odd]) {
        expect(await believed(body, other)).toBe(false);
      }
      expect(await believed(body, signed(body, 'another-secret-0123456789-012345678'))).toBe(false);
    }),
    { numRuns: 300 },
  );
});
