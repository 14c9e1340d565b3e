import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamoLedger } from '../../../lib/aws/ledger/ledger.ts';
import { openTable } from '../../../lib/aws/store/table.ts';
import { writeOnceBucket } from '../../../lib/aws/write-once.ts';
import type { Ledger } from '../../../lib/domain/ports.ts';
import { event } from '../../contract/examples.ts';
import { emulatorClient } from '../store/open-table.ts';
import { type Fault, startFlakyWire } from './flaky-wire.ts';
import { ledgerMaker, s3Client, signer } from './open-ledger.ts';

const make = ledgerMaker();
const facts = { outcome: 'merged', models: ['m'], definition: 'd' };
const patience = { writeMs: 1_000, skewMs: 0 };

let wire: Awaited<ReturnType<typeof startFlakyWire>>;
let made: Awaited<ReturnType<typeof make>>;
let flaky: Ledger;
let bucket: ReturnType<typeof writeOnceBucket>;
/** Calls that the whole story makes where nothing goes wrong. */
let whole: readonly string[];

/** All that is ever done to a ledger. */
async function story(ledger: Ledger, run: string): Promise<void> {
  const payload = await ledger.putPayload(run, 'content');
  await ledger.append(run, [event('one', { payload })]);
  await ledger.flush(run);
  await ledger.append(run, [event('two')]);
  await ledger.seal(run, facts);
}

beforeAll(async () => {
  wire = await startFlakyWire();
  made = await make({ patience });
  const table = openTable(emulatorClient(wire.url), made.tableName);
  bucket = writeOnceBucket(s3Client(wire.url), made.bucketName);
  flaky = dynamoLedger({ table, bucket, signer: async () => signer, patience });
  wire.begin();
  await story(flaky, 'r-0');
  whole = [...wire.calls()];
  expect(whole.length).toBeGreaterThan(20);
});

afterAll(() => wire.close());

test('every call of the story is made safely where it comes to grief once', async () => {
  for (const fault of ['lost', 'reset', 'slow-down', 'broken'] as const) {
    for (const [at, what] of whole.entries()) {
      const run = `r-${fault}-${at}`;
      wire.begin((call) => (call === at ? fault : undefined));
      await story(flaky, run).catch((error: Error) => {
        throw new Error(`${fault} of call ${at}, ${what}: ${error.message}`, { cause: error });
      });
      expect(wire.fired()).toEqual([fault]);
      const events = await made.ledger.events(run);
      expect(events.map(({ kind }) => kind)).toEqual(['one', 'two']);
      expect(await made.verify(run)).toMatchObject({ ok: true, sealed: true, events: 2 });
    }
  }
});

test('where all fails from some call on it is said so, and the next one completes it', async () => {
  const told = new Set<string>();
  for (const at of whole.keys()) {
    const run = `r-cut-${at}`;
    wire.begin((call) => (call < at ? undefined : call === at ? 'lost' : 'reset'));
    const failed = await story(flaky, run).catch((error: Error) => error);
    if (failed instanceof Error) told.add(failed.name);
    // Whoever takes over does what was not done.
    const { ledger } = made;
    const payload = await ledger.putPayload(run, 'content').catch((error: Error) => error);
    const kinds = (await ledger.events(run)).map(({ kind }) => kind);
    if (!(payload instanceof Error)) {
      if (!kinds.includes('one')) await ledger.append(run, [event('one', { payload })]);
      const open = await ledger.append(run, []).then(() => !kinds.includes('two'));
      if (open) await ledger.append(run, [event('two')]);
    }
    await ledger.seal(run, facts);
    expect(await made.verify(run)).toMatchObject({ ok: true, sealed: true, events: 2 });
  }
  expect(told).toEqual(new Set(['StorageFailed']));
}, 300_000);

describe('an object', () => {
  const key = () => `r-9/payloads/${Math.random()}`;
  const afterFirst = (fault: Fault, times: number) =>
    wire.begin((call) => (call < times ? fault : undefined));

  test('that two write at once is written', async () => {
    const at = key();
    afterFirst('conflict', 2);
    await bucket.put(at, 'text');
    expect(wire.calls()).toHaveLength(3);
    expect(String(await bucket.read(at))).toBe('text');
  });

  test.each(['slow-down', 'broken', 'reset'] as const)(
    'is not written where S3 does not stop to fail: %s',
    async (fault) => {
      const at = key();
      afterFirst(fault, 1_000);
      await expect(bucket.put(at, 'text')).rejects.toMatchObject({
        name: 'StorageFailed',
        message: expect.stringContaining(at),
      });
      wire.begin();
      expect(await bucket.read(at)).toBeUndefined();
    },
  );

  test('whose writing takes too long is given up', async () => {
    const at = key();
    afterFirst('slow-down', 1_000);
    await expect(bucket.put(at, 'text', AbortSignal.timeout(20))).rejects.toMatchObject({
      name: 'StorageFailed',
    });
  });

  test('of another bucket is a fault of the set-up', async () => {
    wire.begin();
    const none = writeOnceBucket(s3Client(wire.url), 'no-such-bucket');
    for (const call of [() => none.put('k', ''), () => none.read('k'), () => none.list('k')]) {
      await expect(call()).rejects.toMatchObject({ name: 'ConfigInvalid' });
    }
  });
});
