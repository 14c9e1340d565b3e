import { expect, test } from '@jest/globals';
import { nearest } from '../../lib/domain/nearest.ts';

const keys = ['roles', 'budget', 'daily', 'limits', 'exemptLabels'];

test('finds what one slip of the hand makes', () => {
  for (const slip of ['role', 'rolse', 'Roles', 'rolles', 'rples']) {
    expect(nearest(slip, keys)).toBe('roles');
  }
  expect(nearest('exempt-labels', keys)).toBe('exemptLabels');
});

test('finds nothing where nothing is near', () => {
  expect(nearest('frobnicate', keys)).toBeUndefined();
  expect(nearest('x'.repeat(100_000), keys)).toBeUndefined();
  expect(nearest('roles', [])).toBeUndefined();
});
