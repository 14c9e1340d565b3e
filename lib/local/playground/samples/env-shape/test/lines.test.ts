import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EnvSyntaxError, parseLines } from '../src/index.ts';

const one = (text: string) => parseLines(text).get('A');

describe('parseLines', () => {
  it('takes names and values, with or without export', () => {
    assert.deepEqual([...parseLines('A=1\n\n# no\nexport B = two\r\n')], [['A', '1'], ['B', 'two']]);
  });

  it('lets the last line win', () => {
    assert.equal(one('A=1\nA=2'), '2');
  });

  it('leaves comments out, but not a # within a word', () => {
    assert.equal(one('A=1 # one'), '1');
    assert.equal(one('A=a#b'), 'a#b');
  });

  it('keeps what is in quotes', () => {
    assert.equal(one("A=' # \\n ' # end"), ' # \\n ');
    assert.equal(one('A="a \\"b\\"\\n" # end'), 'a "b"\n');
  });

  for (const text of ['A', '=1', "A='1", 'A="1', 'A="1" 2', '1A=1']) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseLines(text), EnvSyntaxError);
    });
  }
});
