import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { asItShould, type IssueEnd, writeEnds } from '../../../bin/output/demo-ends.ts';
import { demoIssues } from '../../../lib/local/playground/demo-issues.ts';

const evidence = { verdict: 'good', rule: 'proven', detail: '', proof: ['a > b'], rounds: 1 };
const usage = { turns: 3, input: 0, cacheRead: 0, cacheWrite: 0, output: 0, dollars: 0 };

function endOf(name: string, report: object, problem?: string): IssueEnd {
  const issue = demoIssues.find((each) => each.name === name);
  const whole = { outcome: 'merged', error: null, note: null, pullRequest: null, evidence, usage };
  const made = { issue, report: { ...whole, ...report }, durationMs: 1500, problem };
  return made as unknown as IssueEnd;
}

function printed(ends: readonly IssueEnd[], json = false): string {
  const out = new PassThrough();
  writeEnds(ends, 2000, { out, err: new PassThrough(), json });
  return String(out.read());
}

describe('an issue ends as it should', () => {
  test('by outcome, rounds, Evidence and ledger', () => {
    expect(asItShould(endOf('bug', {}))).toBe(true);
    expect(asItShould(endOf('bug', { outcome: 'handed-over' }))).toBe(false);
    expect(asItShould(endOf('bug', { evidence: { ...evidence, rounds: 2 } }))).toBe(false);
    expect(asItShould(endOf('bug', { evidence: { ...evidence, verdict: 'bad' } }))).toBe(false);
    expect(asItShould(endOf('bug', {}, 'events/00000003.json: is missing'))).toBe(false);
    expect(asItShould(endOf('refused', { outcome: 'refused', evidence: null }))).toBe(true);
    expect(asItShould(endOf('refused', {}))).toBe(false);
  });
});

describe('the ends', () => {
  test('are a table with what a person has to know', () => {
    const text = printed([
      endOf('bug', { pullRequest: { number: 2, url: 'http://h/2' } }),
      endOf('refused', { outcome: 'refused', evidence: null, note: 'It asks for a secret.' }),
    ]);
    expect(text).toMatch(/^bug +cron-lines +merged +good, 1 test +1 +1\.5 s +http:\/\/h\/2$/m);
    expect(text).toMatch(/^refused +env-shape +refused +- +- +1\.5 s +-$/m);
    expect(text).toMatch(/refused: It asks for a secret\./);
    expect(text).toMatch(/^ended +each as it should$/m);
  });

  test('say what went wrong', () => {
    const error = { name: 'ModelFailed', message: 'no turn is recorded' };
    const text = printed([
      endOf('bug', { outcome: 'failed', error, evidence: null }, 'manifest.json: is missing'),
    ]);
    expect(text).toMatch(/bug: ModelFailed: no turn is recorded/);
    expect(text).toMatch(/bug: the ledger is wrong: manifest\.json: is missing/);
    expect(text).toMatch(/^verified +NOT all ledgers$/m);
    expect(text).toMatch(/^ended +NOT as it should$/m);
  });

  test('are one last object with --json', () => {
    const last = JSON.parse(printed([endOf('bug', {})], true));
    expect(last).toMatchObject({ type: 'outcome', outcome: 'passed' });
    expect(last.issues).toMatchObject([
      { type: 'issue', issue: 'bug', outcome: 'merged', asItShould: true, verified: true },
    ]);
  });
});
