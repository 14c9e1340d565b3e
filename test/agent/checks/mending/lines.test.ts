import { expect, test } from '@jest/globals';
import { linesFor, template } from '../../../../lib/agent/checks/mending/lines.ts';
import { parsePolicy } from '../../../../lib/domain/policy-file.ts';

test('commands come back from the file as they were, whatever is in them', () => {
  const checks = {
    setup: ["cd 'a b' && npm ci # not all", '"$VIRTUAL_ENV/bin/python3" -m pip install -e ".[x]"'],
    test: 'echo "done: all" && sh -c \'a\\b\' # :: {x} `y`\nsecond',
  };
  expect(parsePolicy(linesFor(checks) ?? '').checks).toEqual(checks);
});

test('set-up is named where there is none: what is found would stand in for it', () => {
  const lines = linesFor({ setup: [], test: 'make unit' });
  expect(parsePolicy(lines ?? '').checks).toEqual({ setup: [], test: 'make unit' });
});

test('what the file’s reader would not take is not proposed', () => {
  expect(linesFor({ setup: [], test: ' ' })).toBeUndefined();
  expect(linesFor({ setup: [], test: 'x'.repeat(2001) })).toBeUndefined();
  expect(linesFor({ setup: Array(21).fill('a'), test: 'b' })).toBeUndefined();
});

test('the template is valid as it stands, and when its lines are let in', () => {
  expect(parsePolicy(template).checks).toEqual({});
  const filled = parsePolicy(template.replaceAll(/^# /gm, ''));
  expect(filled.checks).toEqual({ setup: ['COMMAND'], test: 'COMMAND' });
});
