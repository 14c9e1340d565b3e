import { describe, expect, test } from '@jest/globals';
import { canonicalJson, chainEvent, genesisOf, sha256 } from '../../lib/domain/ledger.ts';

describe('canonical JSON', () => {
  test('sorts members by UTF-16 code unit and writes numbers as RFC 8785 does', () => {
    // The example of RFC 8785, section 3.2.3.
    const members = {
      '€': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '😀': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      ö: 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalJson(members)) as object)).toHaveLength(7);
    const order = ['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew'];
    const places = order.map((word) => canonicalJson(members).indexOf(`"${word}`));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  test('leaves out what is undefined', () => {
    expect(canonicalJson({ b: undefined, a: { c: undefined } })).toBe('{"a":{}}');
  });

  test('refuses what JSON cannot say', () => {
    for (const value of [Number.NaN, { a: Number.POSITIVE_INFINITY }, undefined]) {
      expect(() => canonicalJson(value)).toThrow();
    }
  });

  test('replaces half a surrogate pair, in values and in names, and nothing else', () => {
    expect(canonicalJson({ text: 'a\ud800b', pair: '😀', literal: '\\ud800' })).toBe(
      '{"literal":"\\\\ud800","pair":"😀","text":"a\ufffdb"}',
    );
    expect(canonicalJson({ '\udfff': ['\ud83d', 1, null, true] })).toBe(
      '{"\ufffd":["\ufffd",1,null,true]}',
    );
    expect(canonicalJson(JSON.parse('{"__proto__":"\\ud800"}'))).toBe('{"__proto__":"\ufffd"}');
  });
});

describe('the chain', () => {
  const event = { kind: 'k', actor: 'cli', standing: 'observed', at: 1_700_000_000_000 } as const;

  test('begins at the genesis of its run', () => {
    const { event: first, bytes, head } = chainEvent('r-1', undefined, event);
    expect(bytes).toBe(
      `{"actor":"cli","at":"2023-11-14T22:13:20.000Z","kind":"k","prev":"${genesisOf('r-1')}","run":"r-1","seq":0,"standing":"observed","v":1}`,
    );
    expect(JSON.parse(bytes)).toEqual(first);
    expect(head).toEqual({ seq: 0, hash: sha256(bytes) });
    expect(genesisOf('r-1')).not.toBe(genesisOf('r-2'));
  });

  test('goes on from its head', () => {
    const first = chainEvent('r-1', undefined, event);
    const second = chainEvent('r-1', first.head, { ...event, fence: 3, data: { a: 1 } });
    expect(second.event).toMatchObject({ seq: 1, prev: first.head.hash, fence: 3, data: { a: 1 } });
  });

  test('a writer can set neither run, seq nor prev, nor add members', () => {
    const cheat = { ...event, run: 'r-9', seq: 9, prev: 'x', v: 9, more: 1 };
    expect(chainEvent('r-1', undefined, cheat)).toEqual(chainEvent('r-1', undefined, event));
  });
});
