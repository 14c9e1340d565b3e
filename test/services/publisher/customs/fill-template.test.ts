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

test.each([
  ['```sh', '```'],
  ['~~~', '~~~'],
  ['   ````md', '```\n````'],
])('what a block of code from %s on holds is no heading', (open, close) => {
  const block = `${open}\n# test it with\nnpm test\n${close}`;
  const template = `## Description\n\n- [ ] as below\n\n${block}\n\n## Tests\n`;
  expect(fillTemplate(template, parts)).toBe(
    `## Description\n\nWHY\n\nWHAT\n\n- [ ] as below\n\n${block}\n\n## Tests\n\nSEEN\n\nCloses #7`,
  );
});

test('backticks within a line open no block', () => {
  expect(fillTemplate('```npm test``` runs it\n\n## Tests\n', parts)).toContain('## Tests\n\nSEEN');
});
