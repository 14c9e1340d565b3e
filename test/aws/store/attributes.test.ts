import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Attributes,
  fromAttributes,
  toAttributes,
} from '../../../lib/aws/store/attributes.ts';

const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const value = fc.oneof(fc.string(), number, fc.dictionary(fc.string(), number));

test('an item comes back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (item) => {
      const stored = JSON.parse(JSON.stringify(toAttributes(item as Attributes)));
      // A number on the wire has no negative zero.
      expect(JSON.stringify(fromAttributes(stored))).toBe(JSON.stringify(item));
    }),
  );
});

test('what is undefined is left out', () => {
  expect(toAttributes({ a: 'x', b: undefined, c: 1, d: { e: 2 } })).toEqual({
    a: { S: 'x' },
    c: { N: '1' },
    d: { M: { e: { N: '2' } } },
  });
});
