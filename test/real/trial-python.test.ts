import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { trialCases } from '../trial/cases.ts';
import { passesHidden } from '../trial/cell.ts';

const cases = trialCases().filter((one) => one.language === 'Python');

test.each(cases.map((one) => [one.name, one] as const))(
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
