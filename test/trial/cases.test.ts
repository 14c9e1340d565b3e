import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { trialCases } from './cases.ts';
import { passesHidden } from './cell.ts';

const cases = trialCases();

test('there are at least ten cases in three languages', () => {
  expect(cases.length).toBeGreaterThanOrEqual(10);
  expect(new Set(cases.map((one) => one.language)).size).toBe(3);
});

// Those in Python are in test/real.
const here = cases.filter((one) => one.language !== 'Python');

test.each(here.map((one) => [one.name, one] as const))(
  '%s: the hidden test fails on the base and passes with the reference change',
  (_name, one) => {
    const folder = () => mkdtempSync(join(tmpdir(), 'trial-case-'));
    const [base, fixed] = [folder(), folder()];
    one.layRepository(base);
    one.layRepository(fixed);
    one.layFix(fixed);
    expect(passesHidden(one, base)).toBe(false);
    expect(passesHidden(one, fixed)).toBe(true);
  },
);
