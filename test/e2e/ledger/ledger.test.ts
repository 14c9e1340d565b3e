import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GetObjectAttributesCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { changeHead, headOf } from '../../../lib/aws/store/event-log.ts';
import { copiedKey, payloadKey } from '../../../lib/aws/store/keys.ts';
import { canonicalJson, sha256 } from '../../../lib/domain/ledger.ts';
import { event } from '../../contract/examples.ts';
import { ledgerContract } from '../../contract/ledger.ts';
import { ledgerMaker, signer } from './open-ledger.ts';

const make = ledgerMaker();
const facts = { outcome: 'merged', models: ['b', 'a'], definition: 'd' };
const conflict = { name: 'LedgerConflict' };

describe('contract', () => {
  ledgerContract(make);
});

describe('flush', () => {
  test('copies events to objects that hold their canonical bytes, with their SHA-256', async () => {
    const { ledger, download, bucket, bucketName, s3 } = await make();
    await ledger.append('r-1', [event('one', { b: 1, a: 'ü' }), event('two')]);
    expect(await bucket.list('r-1/')).toEqual(new Map());
    await ledger.flush('r-1');
    const folder = await download('r-1');
    expect(readdirSync(join(folder, 'events'))).toEqual(['00000000.json', '00000001.json']);
    const [first] = await ledger.events('r-1');
    const text = readFileSync(join(folder, 'events', '00000000.json'), 'utf8');
    expect(text).toBe(canonicalJson(first));
    const attributes = new GetObjectAttributesCommand({
      ...{ Bucket: bucketName, Key: 'r-1/events/00000000.json' },
      ObjectAttributes: ['Checksum', 'ObjectSize'],
    });
    expect((await s3.send(attributes)).ObjectSize).toBe(Buffer.byteLength(text));
  });

  test('copies what came since, remembers how far it came, and nothing of another run', async () => {
    const { ledger, table, bucket } = await make();
    await ledger.append('r-1', [event('one')]);
    await ledger.append('r-2', [event('other')]);
    await ledger.flush('r-1');
    await ledger.flush('r-1');
    expect(await table.get(copiedKey('r-1'))).toMatchObject({ seq: 0 });
    await ledger.append('r-1', [event('two')]);
    await ledger.flush('r-1');
    expect(await table.get(copiedKey('r-1'))).toMatchObject({ seq: 1 });
    expect([...(await bucket.list('r-1/')).keys()]).toEqual([
      'r-1/events/00000000.json',
      'r-1/events/00000001.json',
    ]);
    expect(await bucket.list('r-2/')).toEqual(new Map());
  });

  test('by several at the same time is the same as by one', async () => {
    const { ledger, verify } = await make();
    await ledger.append(
      'r-1',
      Array.from({ length: 30 }, (_, n) => event(`e-${n}`)),
    );
    await Promise.all([ledger.flush('r-1'), ledger.flush('r-1'), ledger.flush('r-1')]);
    expect(await verify('r-1')).toMatchObject({ ok: true, events: 30 });
  });

  test('never replaces an object that has other bytes', async () => {
    const { ledger, bucket, table } = await make();
    await bucket.put('r-1/events/00000000.json', 'forged');
    await ledger.append('r-1', [event('one')]);
    await expect(ledger.flush('r-1')).rejects.toMatchObject(conflict);
    expect(String(await bucket.read('r-1/events/00000000.json'))).toBe('forged');
    expect(await table.get(copiedKey('r-1'))).toBeUndefined();
  });
});

describe('payloads', () => {
  test('that another has put over what was stored are not served', async () => {
    const { ledger, s3, bucketName } = await make();
    const digest = await ledger.putPayload('r-1', 'text');
    const Key = `r-1/payloads/${digest}`;
    await s3.send(new PutObjectCommand({ Bucket: bucketName, Key, Body: 'tent' }));
    await expect(ledger.payload('r-1', digest)).rejects.toMatchObject(conflict);
    await expect(ledger.putPayload('r-1', 'text')).rejects.toMatchObject(conflict);
  });

  test('by several at the same time are one', async () => {
    const { ledger, verify } = await make();
    const digests = await Promise.all(
      Array.from({ length: 6 }, () => ledger.putPayload('r-1', 'x')),
    );
    expect(new Set(digests)).toEqual(new Set([sha256('x')]));
    await ledger.append('r-1', [event('one', { payload: sha256('x') })]);
    await ledger.seal('r-1', facts);
    expect(await verify('r-1')).toMatchObject({ ok: true, sealed: true });
  });
});

describe('seal', () => {
  test('copies what is left, writes manifest, checkpoint and key, and verifies', async () => {
    const { ledger, download, verify } = await make();
    const digests = [await ledger.putPayload('r-1', 'x'), await ledger.putPayload('r-1', 'y')];
    const head = await ledger.append('r-1', [event('one', { payload: digests[0] }), event('two')]);
    await ledger.seal('r-1', facts);
    const folder = await download('r-1');
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toBe(
      canonicalJson({
        ...{ v: 1, run: 'r-1', count: 2, head: head.hash, models: ['a', 'b'], outcome: 'merged' },
        payloads: [sha256('x'), sha256('y')].sort(),
        definition: 'd',
      }),
    );
    expect(readFileSync(join(folder, 'ledger.pub.pem'), 'utf8')).toBe(signer.publicKey);
    expect(await verify('r-1')).toEqual({
      ...{ ok: true, sealed: true, run: 'r-1', events: 2, head: head.hash, problems: [] },
    });
  });

  test('of many events and payloads verifies', async () => {
    const { ledger, verify } = await make();
    for (let n = 0; n < 40; n += 1) {
      const payload = await ledger.putPayload('r-1', `payload ${n}`);
      await ledger.append('r-1', [event('called', { payload }), event('told')]);
    }
    await ledger.seal('r-1', facts);
    expect(await verify('r-1')).toMatchObject({ ok: true, sealed: true, events: 80 });
  });

  test('by several at the same time is the same as by one', async () => {
    const { ledger, verify } = await make();
    await ledger.putPayload('r-1', 'x');
    const head = await ledger.append('r-1', [event('one')]);
    const sealed = await Promise.all([1, 2, 3].map(() => ledger.seal('r-1', facts)));
    expect(sealed).toEqual([head, head, head]);
    expect(await verify('r-1')).toMatchObject({ ok: true, sealed: true });
  });

  test.each(['closing', 'manifest', 'checkpoint'])(
    'that was cut off after its %s was fixed is completed by the next one',
    async (last) => {
      const { ledger, table, verify, bucket } = await make();
      await ledger.append('r-1', [event('one')]);
      await ledger.seal('r-1', facts);
      const { closing, manifest, checkpoint, publicKey } = await headOf(table, 'r-1');
      const again = await make();
      await again.ledger.append('r-1', [event('one')]);
      const fixed = {
        ...{ closing },
        ...(last !== 'closing' && { manifest }),
        ...(last === 'checkpoint' && { checkpoint, publicKey }),
      };
      await again.table.write(async (unmet) => {
        const head = await headOf(again.table, 'r-1');
        return { result: unmet, writes: [changeHead('r-1', head, fixed)] };
      });
      const late = again.ledger.append('r-1', [event('late')]);
      await expect(late).rejects.toMatchObject(conflict);
      await expect(again.ledger.putPayload('r-1', 'late')).rejects.toMatchObject(conflict);
      const other = again.ledger.seal('r-1', { ...facts, outcome: 'failed' });
      await expect(other).rejects.toMatchObject(conflict);
      await again.ledger.seal('r-1', facts);
      expect(await again.verify('r-1')).toMatchObject({ ok: true, sealed: true });
      expect(await again.bucket.read('r-1/manifest.json')).toEqual(
        await bucket.read('r-1/manifest.json'),
      );
      expect(await verify('r-1')).toMatchObject({ ok: true });
    },
  );

  test('takes the payload that is on its way, and forgets the one that never comes', async () => {
    const { ledger, table, bucket, verify } = await make();
    await ledger.append('r-1', [event('one')]);
    const mark = (text: string, until: number) =>
      table.write(async (unmet) => ({
        result: unmet,
        writes: [{ name: 'mark', put: { ...payloadKey('r-1', sha256(text)), until } }],
      }));
    await mark('slow', Date.now() + 4_000);
    await mark('lost', Date.now() + 1_000);
    const sealing = ledger.seal('r-1', facts);
    await pause(1_500);
    expect(await bucket.read('r-1/manifest.json')).toBeUndefined();
    await expect(ledger.putPayload('r-1', 'late')).rejects.toMatchObject(conflict);
    await bucket.put(`r-1/payloads/${sha256('slow')}`, 'slow');
    await sealing;
    const manifest = JSON.parse(String(await bucket.read('r-1/manifest.json')));
    expect(manifest.payloads).toEqual([sha256('slow')]);
    expect(await verify('r-1')).toMatchObject({ ok: true, sealed: true });
  });

  test('while payloads are still being put lists those that got in, and only those', async () => {
    const { ledger, verify, bucket } = await make();
    await ledger.append('r-1', [event('one')]);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const stored: string[] = [];
      for (let n = 0; ; n += 1) {
        const put = await ledger.putPayload('r-1', `${writer} ${n}`).catch((error: Error) => error);
        if (put instanceof Error) {
          expect(put).toMatchObject(conflict);
          return stored;
        }
        stored.push(put);
      }
    });
    await pause(500);
    await ledger.seal('r-1', facts);
    const stored = (await Promise.all(writers)).flat();
    expect(stored.length).toBeGreaterThan(0);
    const { payloads } = JSON.parse(String(await bucket.read('r-1/manifest.json')));
    expect(payloads).toEqual(stored.sort());
    expect(await verify('r-1')).toMatchObject({ ok: true, sealed: true });
  });
});
