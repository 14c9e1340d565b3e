import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { writeSummary } from '../../../bin/output/summary.ts';
import type { OutcomeReport } from '../../../lib/services/report.ts';

const report = (detail: string): OutcomeReport => ({
  type: 'outcome',
  outcome: 'failed',
  error: { name: 'ChecksUnavailable', message: `checks-unavailable: ${detail}` },
  run: 'r-1',
  note: null,
  branch: null,
  commit: null,
  pullRequest: null,
  evidence: {
    ...{ verdict: 'unavailable', rule: 'checks-unavailable', detail, weak: false },
    ...{ proof: [], broken: [], flaky: [], tree: 't', rounds: 1 },
  },
  usage: { turns: 1, input: 1, cacheRead: 0, cacheWrite: 0, output: 1, dollars: null },
  durationMs: 1,
  ledger: { events: 1, head: null },
  switches: [],
});
const lines = 'Nothing found.\n```yaml\nversion: 1\nchecks:\n  test: "make \u001b[2Junit"\n```';

function shown(detail: string, json: boolean): string {
  const out = new PassThrough();
  writeSummary(report(detail), { out, err: out, json });
  return String(out.read());
}

test('a report of many lines is shown once, line by line, and drives no terminal', () => {
  const text = shown(lines, false);
  expect(text).toContain('\nversion: 1\nchecks:\n  test: "make [2Junit"\n');
  expect(text.match(/Nothing found/g)).toHaveLength(1);
  expect(text).toMatch(/^evidence +unavailable \(checks-unavailable\)$/m);
});

test('one line is shown as Evidence and as error', () => {
  expect(shown('No tests.', false).match(/No tests\./g)).toHaveLength(2);
});

test('--json has it whole', () => {
  expect(JSON.parse(shown(lines, true))).toEqual(report(lines));
});
