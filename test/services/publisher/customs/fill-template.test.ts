import { expect, test } from '@jest/globals';
import { fillTemplate } from '../../../../lib/services/publisher/customs/fill-template.ts';

const parts = { why: 'WHY', what: 'WHAT', evidence: 'SEEN', issue: 'Closes #7' };

test('headings stay in their order and are filled; comments go, check boxes stay', () => {
  const template = `<!-- Thank you! -->
Please read CONTRIBUTING.

## Description
<!-- what and why -->

## How has this been tested?
Tell us here.

## Related issue

## Checklist
- [ ] I have read it

### Screenshots
`;
  expect(fillTemplate(template, parts)).toBe(`Please read CONTRIBUTING.

## Description

WHY

WHAT

## How has this been tested?

SEEN

## Related issue

Closes #7

## Checklist

- [ ] I have read it

### Screenshots`);
});

test('why and what each have their place where there are two', () => {
  const filled = fillTemplate('# What\n# Motivation\n', parts);
  expect(filled).toBe('# What\n\nWHAT\n\n# Motivation\n\nWHY\n\n## Evidence\n\nSEEN\n\nCloses #7');
});

test('a template without headings is kept, after what there is to say', () => {
  expect(fillTemplate('- [ ] signed the CLA\n', { ...parts, issue: '' })).toBe(
    'WHY\n\nWHAT\n\n- [ ] signed the CLA\n\n## Evidence\n\nSEEN',
  );
});
