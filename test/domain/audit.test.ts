import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { verifyLedger } from '../../lib/domain/audit.ts';
import {
  canonicalJson,
  chainEvent,
  type LedgerHead,
  type NewEvent,
  sha256,
} from '../../lib/domain/ledger.ts';

type Objects = Map<string, Uint8Array>;
const keys = generateKeyPairSync('ed25519');
const pemOf = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'pem' });
const publicKey = pemOf(keys.privateKey).toString();
const eventName = (seq: number) => `events/0000000${seq}.json`;
const payloads = ['a plan', 'a change'];

function event(kind: string, data?: Record<string, unknown>): NewEvent {
  return { kind, actor: 'gateway', standing: 'observed', at: 1_700_000_000_000, data: data ?? {} };
}
const story = [
  event('run.admitted', { issue: sha256('a plan') }),
  event('model.called', { tokens: 12, text: 'grüße' }),
  event('handoff.left', { payload: sha256('a change') }),
  event('run.settled', { outcome: 'merged' }),
];

function chain(run: string, events: readonly NewEvent[]): { objects: Objects; head: LedgerHead } {
  const objects: Objects = new Map();
  let head: LedgerHead = { seq: -1, hash: '' };
  for (const [seq, next] of events.entries()) {
    const chained = chainEvent(run, seq === 0 ? undefined : head, next);
    objects.set(eventName(seq), Buffer.from(chained.bytes));
    head = chained.head;
  }
  for (const text of payloads) objects.set(`payloads/${sha256(text)}`, Buffer.from(text));
  return { objects, head };
}

function seal(
  objects: Objects,
  head: LedgerHead,
  key = keys.privateKey,
  run = 'r-1',
  v: 1 | 2 = 2,
): Objects {
  const manifest = canonicalJson({
    v: 1,
    run,
    count: head.seq + 1,
    head: head.hash,
    models: ['m'],
    outcome: 'merged',
    payloads: payloads.map(sha256).sort(),
    definition: sha256('definition'),
  });
  const body = {
    v,
    algorithm: 'Ed25519',
    key: sha256(createPublicKey(key).export({ type: 'spki', format: 'der' })),
    manifest: sha256(manifest),
  };
  const signed = v === 1 ? manifest : canonicalJson(body);
  const checkpoint = { ...body, signature: sign(null, Buffer.from(signed), key).toString('hex') };
  return new Map([
    ...objects,
    ['ledger.pub.pem', Buffer.from(pemOf(key))],
    ['manifest.json', Buffer.from(manifest)],
    ['checkpoint.json', Buffer.from(canonicalJson(checkpoint))],
  ]);
}

function sealedLedger(run = 'r-1', v: 1 | 2 = 2): Objects {
  const { objects, head } = chain(run, story);
  return seal(objects, head, keys.privateKey, run, v);
}

function* mutations(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1) {
    const [before, byte, after] = [bytes.subarray(0, at), bytes[at] ?? 0, bytes.subarray(at + 1)];
    for (const bit of [0x01, 0x20, 0x80]) {
      yield Buffer.concat([before, Buffer.of(byte ^ bit), after]);
    }
    yield Buffer.concat([before, after]);
    yield Buffer.concat([before, Buffer.of(0x20, byte), after]);
    const next = after[0];
    if (next !== undefined && next !== byte) {
      yield Buffer.concat([before, Buffer.of(next, byte), after.subarray(1)]);
    }
  }
  yield Buffer.concat([bytes, Buffer.of(0x0a)]);
  yield Buffer.alloc(0);
}

function named(objects: Objects): string[] {
  const found = verifyLedger(objects, publicKey);
  if (found.ok !== (found.problems.length === 0)) throw new Error('ok says otherwise');
  return [...new Set(found.problems.map(({ object }) => object))];
}
const changed = (objects: Objects, name: string, bytes: Uint8Array): Objects =>
  new Map(objects).set(name, bytes);
function without(objects: Objects, ...names: string[]): Objects {
  return new Map([...objects].filter(([name]) => !names.includes(name)));
}

describe.each([2, 1] as const)('a sealed ledger with a checkpoint of version %i', (v) => {
  const ledger = sealedLedger('r-1', v);
  const names = [...ledger.keys()];

  test('verifies', () => {
    expect(verifyLedger(ledger, publicKey, { run: 'r-1', sealed: true })).toEqual({
      ok: true,
      sealed: true,
      run: 'r-1',
      events: 4,
      head: sha256(ledger.get(eventName(3)) ?? ''),
      problems: [],
    });
  });

  test.each(names)('every change of every byte of %s is named, and no other event is', (name) => {
    let tried = 0;
    for (const bytes of mutations(ledger.get(name) ?? Buffer.of())) {
      tried += 1;
      const found = named(changed(ledger, name, bytes));
      const neighbours = found.filter((other) => other !== name && ledger.has(other));
      if (!found.includes(name) || neighbours.length > 0) {
        throw new Error(`${name} as ${JSON.stringify(String(bytes))} is named ${found}`);
      }
    }
    expect(tried).toBeGreaterThan((ledger.get(name)?.length ?? 0) * 5);
  });

  test.each(names)('%s dropped is named', (name) => {
    expect(named(without(ledger, name))).toEqual([name]);
  });

  test('any two objects that changed places are named', () => {
    for (const one of names) {
      for (const other of names.filter((name) => name > one)) {
        const swapped = new Map(ledger)
          .set(one, ledger.get(other) ?? Buffer.of())
          .set(other, ledger.get(one) ?? Buffer.of());
        const found = named(swapped);
        const expected = [one, other].filter((name) => !name.endsWith('.json') || isEvent(name));
        expect(found).toEqual(expect.arrayContaining(expected));
        expect(found).not.toEqual([]);
      }
    }
  });

  test.each([
    'events/00000004.json',
    'events/4.json',
    'events/000000003.json',
    'events/00000001.json.bak',
    'events/x',
    `payloads/${sha256('another')}`,
    `payloads/${sha256('a plan').toUpperCase()}`,
    'payloads/x',
    'notes.txt',
    'manifest.json ',
    '',
  ])('an added object %j is named', (name) => {
    for (const bytes of [Buffer.of(), Buffer.from('another'), ledger.get(eventName(3))]) {
      expect(named(changed(ledger, name, bytes ?? Buffer.of()))).toEqual([name]);
    }
  });

  test('events that were chained again without the key are named by the manifest', () => {
    const forged = [...story];
    forged[1] = event('model.called', { tokens: 1 });
    const { objects } = chain('r-1', forged);
    expect(named(new Map([...ledger, ...objects]))).toContain(eventName(3));
  });

  test('its last events dropped are named', () => {
    const cut = without(ledger, eventName(2), eventName(3));
    expect(verifyLedger(cut, publicKey).problems).toEqual([
      { object: eventName(2), seq: 2, reason: 'is missing, and all up to event 3' },
    ]);
  });

  test('sealed again by another key is not the ledger', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    const { objects, head } = chain('r-1', story);
    expect(named(seal(objects, head, other))).toEqual(['ledger.pub.pem', 'checkpoint.json']);
  });

  test('without its whole seal is told apart from a sealed one', () => {
    const bare = without(ledger, 'manifest.json', 'checkpoint.json', 'ledger.pub.pem');
    expect(verifyLedger(bare, publicKey)).toMatchObject({ ok: true, sealed: false });
    expect(verifyLedger(bare, publicKey, { sealed: true })).toMatchObject({
      ok: false,
      problems: [{ object: 'manifest.json' }],
    });
  });

  test('of another run is named, whole or in part', () => {
    const other = sealedLedger('r-2');
    expect(verifyLedger(other, publicKey)).toMatchObject({ ok: true, run: 'r-2' });
    expect(verifyLedger(other, publicKey, { run: 'r-1' }).ok).toBe(false);
    const mixed = changed(ledger, eventName(1), other.get(eventName(1)) ?? Buffer.of());
    expect(named(mixed)).toEqual([eventName(1)]);
    const foreignSeal = new Map([
      ...chain('r-1', story).objects,
      ...seal(new Map(), head2(), undefined, 'r-2'),
    ]);
    expect(verifyLedger(foreignSeal, publicKey, { run: 'r-1' }).ok).toBe(false);
  });

  test('says why, event by event', () => {
    const text = String(ledger.get(eventName(1)));
    const reasons = (bytes: string) =>
      verifyLedger(changed(ledger, eventName(1), Buffer.from(bytes)), publicKey).problems.map(
        ({ seq, reason }) => `${seq} ${reason}`,
      );
    expect(reasons(text.replace('12', '13'))).toEqual([
      '1 has been changed: event 2 gives another SHA-256 for it',
    ]);
    expect(reasons(`${text} `)).toContain('1 is not in canonical form');
    expect(reasons(text.slice(1))).toContain('1 is not JSON');
    expect(reasons('{}')).toContain('1 is no event of version 1');
    expect(reasons(text.replace('"seq":1', '"seq":2'))).toContain('1 holds event 2, not event 1');
  });
});

const head2 = () => chain('r-2', story).head;
const isEvent = (name: string) => name.startsWith('events/');

describe('a checkpoint', () => {
  const [one, two] = [sealedLedger('r-1', 1), sealedLedger('r-1', 2)];
  const read = (ledger: Objects) =>
    JSON.parse(String(ledger.get('checkpoint.json'))) as Record<string, unknown>;
  const reasons = (checkpoint: unknown) =>
    verifyLedger(
      changed(two, 'checkpoint.json', Buffer.from(canonicalJson(checkpoint))),
      publicKey,
    ).problems.map(({ object, reason }) => `${object} ${reason}`);

  test('of one version is not believed as one of the other', () => {
    const unsigned = 'checkpoint.json has a signature that does not stand';
    expect(reasons({ ...read(two), v: 1 })).toEqual([unsigned]);
    expect(reasons({ ...read(one), v: 2 })).toEqual([unsigned]);
    expect(reasons({ ...read(one), v: 3 })).toEqual([
      'checkpoint.json is no checkpoint of version 1 or 2',
    ]);
  });

  test('that stands tells that the manifest was changed', () => {
    const other = changed(
      two,
      'manifest.json',
      sealedLedger('r-2').get('manifest.json') ?? Buffer.of(),
    );
    expect(verifyLedger(other, publicKey).problems).toEqual([
      { object: 'manifest.json', reason: 'has been changed: these are not the signed bytes' },
    ]);
  });
});

describe('a payload that an event names', () => {
  const named = (standing: 'observed' | 'claimed', data: Record<string, unknown>) => {
    const { objects } = chain('r-1', [{ ...event('x', data), standing }]);
    return verifyLedger(objects, publicKey).problems;
  };
  test('must be there', () => {
    const absent = sha256('absent');
    const problem = [
      { object: `payloads/${absent}`, seq: 0, reason: 'is missing: event 0 names it' },
    ];
    expect(named('observed', { payload: absent })).toEqual(problem);
    expect(named('observed', { payloads: [sha256('a plan'), absent] })).toEqual(problem);
    expect(named('observed', { definition: absent, issue: '7' })).toEqual([]);
  });

  test('is not taken from a claim', () => {
    expect(named('claimed', { payload: sha256('absent') })).toEqual([]);
  });
});

describe('a ledger that is still written', () => {
  const { objects } = chain('r-1', story);

  test('verifies and says that it is not sealed', () => {
    expect(verifyLedger(objects, publicKey)).toMatchObject({
      ok: true,
      sealed: false,
      run: 'r-1',
      events: 4,
    });
  });

  test.each([0, 1, 2])('every change of every byte of event %i is named', (seq) => {
    const name = eventName(seq);
    for (const bytes of mutations(objects.get(name) ?? Buffer.of())) {
      const found = named(changed(objects, name, bytes));
      if (!found.includes(name)) throw new Error(`${name} as ${bytes} is named ${found}`);
    }
  });

  test('a change that breaks the last event, or the way it follows, is named', () => {
    const name = eventName(3);
    const text = String(objects.get(name));
    const broken = [
      text.slice(1),
      text.replace('"prev":"', '"prev":"0'),
      text.replace(':3,', ':4,'),
    ];
    for (const bytes of [
      ...broken,
      text.replace(/"prev":"[0-9a-f]{64}/, `"prev":"${sha256('')}`),
    ]) {
      expect(named(changed(objects, name, Buffer.from(bytes)))).toContain(name);
    }
  });

  test('gaps are named', () => {
    expect(named(without(objects, eventName(0)))).toEqual([eventName(0)]);
    expect(named(without(objects, eventName(1), eventName(2)))).toEqual([eventName(1)]);
    expect(named(new Map([['events/99999999.json', Buffer.of()]]))).toContain(eventName(0));
  });

  test('nothing at all is no ledger', () => {
    expect(verifyLedger(new Map(), publicKey)).toEqual({
      ok: false,
      sealed: false,
      events: 0,
      problems: [{ object: eventName(0), seq: 0, reason: 'is missing' }],
    });
  });
});

test.each(['', 'no key', pemOf(generateKeyPairSync('x25519').privateKey).toString()])(
  'a public key that is none is refused: %j',
  (pem) => {
    expect(() => verifyLedger(new Map(), pem)).toThrow(
      expect.objectContaining({ name: 'ConfigInvalid' }),
    );
  },
);
