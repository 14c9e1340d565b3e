import { describe, expect, test } from '@jest/globals';
import type { CheckRun, Evidence, TestStatus } from '../../lib/domain/evidence.ts';
import { summarizeEvidence } from '../../lib/domain/evidence-summary.ts';
import { defaultPolicy, policySchema } from '../../lib/domain/policy.ts';
import { judge } from '../../lib/domain/verdict.ts';

type Outcomes = Record<string, TestStatus | 'unloaded'>;

function run(tests: Outcomes | null, exitCode?: number, state?: CheckRun['state']): CheckRun {
  const statuses = Object.values(tests ?? {});
  const red = statuses.includes('failed') || statuses.includes('unloaded');
  return {
    state: state ?? 'completed',
    commands: [
      {
        command: 'npm test',
        exitCode: exitCode ?? (red ? 1 : 0),
        signal: null,
        durationMs: 1,
        timedOut: state === 'timed-out',
        outputDigest: 'd',
        outputTail: 'the end',
      },
    ],
    tests:
      tests &&
      Object.entries(tests).map(([id, status]) =>
        status === 'unloaded' ? { id, status: 'failed', load: true } : { id, status },
      ),
  };
}

interface Four {
  base: CheckRun;
  change: CheckRun;
  testsOnly?: CheckRun;
  baseTests?: CheckRun;
}
function evidence({ base, change, testsOnly, baseTests }: Four, source = ['src/a.js']): Evidence {
  return {
    kind: 'evidence',
    checks: { ecosystem: 'node', source: 'found', setup: [], test: 'npm test' },
    base: 'b'.repeat(40),
    tree: 't'.repeat(40),
    paths: { source, tests: [], definitions: [] },
    runs: { base, change, testsOnly: testsOnly ?? base, baseTests: baseTests ?? change },
  };
}
const judged = (four: Four) => judge(evidence(four), defaultPolicy);

describe('advice on how the repository could be checked', () => {
  const advised = (four: Four) =>
    judge({ ...evidence(four), advice: 'Mend it so.' }, defaultPolicy);

  test('is told where nothing can be told else, or no test ran', () => {
    const red = run(null, 2);
    expect(advised({ base: red, change: red })).toMatchObject({
      verdict: 'inconclusive',
      detail: expect.stringMatching(/\nMend it so\.$/),
    });
    const none = run({});
    expect(advised({ base: none, change: none })).toMatchObject({
      rule: 'no-proof',
      detail: expect.stringMatching(/\nMend it so\.$/),
    });
  });

  test('is left out where the runs speak for themselves', () => {
    const four = { base: run({}), testsOnly: run({ a: 'failed' }), change: run({ a: 'passed' }) };
    expect(advised(four).verdict).toBe('good');
    expect(advised(four).detail).not.toContain('Mend');
    const broken = advised({ base: run({ a: 'passed' }), change: run({ a: 'failed' }) });
    expect(broken.verdict).toBe('bad');
    expect(broken.detail).not.toContain('Mend');
  });
});

describe('success', () => {
  test('a test that fails without the source and passes with it', () => {
    const judgement = judged({
      base: run({ a: 'passed' }),
      testsOnly: run({ a: 'passed', b: 'failed' }),
      change: run({ a: 'passed', b: 'passed' }),
      baseTests: run({ a: 'passed' }),
    });
    expect(judgement).toEqual({
      verdict: 'good',
      rule: 'proven',
      detail: '1 test fails without the change and passes with it: “b”.',
      proof: ['b'],
      weak: false,
      broken: [],
      flaky: [],
    });
  });

  test('a red test of the base that turns green, beside one that stays red', () => {
    const judgement = judged({
      base: run({ a: 'failed', b: 'failed' }),
      change: run({ a: 'passed', b: 'failed' }),
    });
    expect(judgement).toMatchObject({ verdict: 'good', proof: ['a'] });
  });

  test('tests that do not load without the source are the weaker proof', () => {
    const judgement = judged({
      base: run({ 'x > a': 'passed' }),
      testsOnly: run({ 'x > a': 'passed', y: 'unloaded' }),
      change: run({ 'x > a': 'passed', 'y > b': 'passed' }),
      baseTests: run({ 'x > a': 'passed' }),
    });
    expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: true });
    expect(judgement.proof).toEqual(['y > b']);
    expect(judgement.detail).toMatch(/weaker kind/);
  });

  test('by exit code alone only as the weaker proof', () => {
    const judgement = judged({
      base: run(null, 0),
      testsOnly: run(null, 1),
      change: run(null, 0),
      baseTests: run(null, 0),
    });
    expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: true });
  });
});

describe('not good', () => {
  const bad: [string, Four, string, RegExp][] = [
    [
      'a passing test fails',
      { base: run({ a: 'passed', b: 'failed' }), change: run({ a: 'failed', b: 'passed' }) },
      'test-broken',
      /1 test passed before and fail.*“a”/,
    ],
    [
      "a passing test fails in the base's version only",
      {
        base: run({ a: 'passed' }),
        testsOnly: run({ a: 'failed' }),
        change: run({ a: 'passed' }),
        baseTests: run({ a: 'failed' }),
      },
      'test-broken',
      /under the base's own tests/,
    ],
    [
      'a failing test is gone',
      { base: run({ a: 'passed', b: 'failed' }), change: run({ a: 'passed' }) },
      'test-gone',
      /“b”/,
    ],
    [
      'a failing test is skipped',
      { base: run({ b: 'failed' }), change: run({ b: 'skipped' }) },
      'test-skipped',
      /“b”/,
    ],
    [
      'no test runs any more',
      { base: run({ a: 'passed' }), change: run({}) },
      'test-gone',
      /ran no test at all/,
    ],
    [
      'the tests do not load any more',
      { base: run({ 'x > a': 'passed' }), change: run({ x: 'unloaded' }, 1, 'build-failed') },
      'test-broken',
      /do not compile or load with the change/,
    ],
    [
      'the tests do not end any more',
      { base: run({ a: 'passed' }), change: run({ a: 'failed' }, 1, 'timed-out') },
      'test-broken',
      /do not end with the change/,
    ],
    [
      'red though every test passes',
      {
        base: run({ a: 'passed' }),
        testsOnly: run({ a: 'passed', b: 'failed' }),
        change: run({ a: 'passed', b: 'passed' }, 1),
        baseTests: run({ a: 'passed' }),
      },
      'test-broken',
      /Every test passes with the change, and yet/,
    ],
    [
      'a new test that fails with the change',
      {
        base: run({ a: 'failed' }),
        testsOnly: run({ a: 'failed', b: 'failed' }),
        change: run({ a: 'passed', b: 'failed' }),
        baseTests: run({ a: 'passed' }),
      },
      'test-broken',
      /the base does not have/,
    ],
    [
      'set-up fails with the change',
      { base: run({ a: 'failed' }), change: run(null, 1, 'setup-failed') },
      'setup-failed',
      /Set-up works on the base/,
    ],
    [
      'a vacuous test',
      {
        base: run({ a: 'passed' }),
        testsOnly: run({ a: 'passed', b: 'passed' }),
        change: run({ a: 'passed', b: 'passed' }),
        baseTests: run({ a: 'passed' }),
      },
      'no-proof',
      /No test fails without the change/,
    ],
    [
      'the failing test is rewritten',
      {
        base: run({ a: 'failed' }),
        testsOnly: run({ a: 'passed' }),
        change: run({ a: 'passed' }),
        baseTests: run({ a: 'failed' }),
      },
      'no-proof',
      /pass only as the change rewrote them: “a”/,
    ],
    [
      'a flaky test is no proof',
      { base: run({ a: 'flaky' }), change: run({ a: 'passed' }) },
      'no-proof',
      /No test/,
    ],
  ];
  test.each(bad)('%s', (_name, four, rule, said) => {
    const judgement = judged(four);
    expect(judgement).toMatchObject({ verdict: 'bad', rule });
    expect(judgement.detail).toMatch(said);
  });

  test.each<[string, Four, string, string]>([
    [
      'red before, no results per test',
      { base: run(null, 1), change: run(null, 0) },
      'inconclusive',
      'red-without-test-results',
    ],
    [
      'the base runs no test',
      { base: run({}, 1, 'build-failed'), change: run({ a: 'passed' }) },
      'inconclusive',
      'red-without-test-results',
    ],
    [
      'no end in time before and after, and only the base came as far as one of the tests',
      {
        base: run({ a: 'failed', b: 'passed' }, 1, 'timed-out'),
        change: run({ a: 'failed' }, 1, 'timed-out'),
      },
      'inconclusive',
      'run-doubtful',
    ],
    [
      'no end in time before and after, and only the change came as far as a test that passes',
      {
        base: run({ a: 'failed', b: 'failed' }, 1, 'timed-out'),
        change: run({ a: 'failed', b: 'passed' }, 1, 'timed-out'),
      },
      'inconclusive',
      'run-doubtful',
    ],
    [
      'an end in time only with the change',
      { base: run({ a: 'failed' }, 1, 'timed-out'), change: run({ a: 'passed' }) },
      'good',
      'proven',
    ],
    [
      'green before and after, no results per test',
      { base: run(null, 0), change: run(null, 0) },
      'bad',
      'no-proof',
    ],
    [
      'green before and red after, no results per test',
      { base: run(null, 0), change: run(null, 2) },
      'bad',
      'test-broken',
    ],
  ])('%s', (_name, four, verdict, rule) => {
    expect(judged(four)).toMatchObject({ verdict, rule });
  });

  test('no checks, or a base that can not be set up', () => {
    const { runs: _, ...none } = evidence({ base: run({}), change: run({}) });
    const nothing = { ...none, checks: null, unavailable: 'Looked for x.' };
    expect(judge(nothing, defaultPolicy)).toMatchObject({
      verdict: 'unavailable',
      rule: 'checks-unavailable',
      detail: 'Looked for x.',
    });
    expect(judge({ ...none, unavailable: 'npm ci failed' }, defaultPolicy)).toMatchObject({
      verdict: 'unavailable',
      rule: 'setup-failed',
    });
  });
});

test('exempt paths need no proof, and may still break nothing', () => {
  const policy = policySchema.parse({ version: 1, evidence: { exempt: ['docs/**'] } });
  const same = { base: run({ a: 'passed' }), change: run({ a: 'passed' }) };
  expect(judge(evidence(same, ['docs/a.md']), policy)).toMatchObject({
    verdict: 'good',
    rule: 'exempt',
  });
  expect(judge(evidence(same, ['docs/a.md', 'b.js']), policy).rule).toBe('no-proof');
  expect(judge(evidence(same, []), policy).rule).toBe('no-proof');
  const broken = { base: run({ a: 'passed' }), change: run({ a: 'failed' }) };
  expect(judge(evidence(broken, ['docs/a.md']), policy).rule).toBe('test-broken');
});

test('an exempt label of the issue waives the proof alone, in any case of letters', () => {
  const policy = policySchema.parse({ version: 1, evidence: { exemptLabels: ['Documentation'] } });
  const same = evidence({ base: run({ a: 'passed' }), change: run({ a: 'passed' }) }, ['b.js']);
  expect(judge(same, policy, ['bug', 'documentation'])).toMatchObject({
    verdict: 'good',
    rule: 'exempt',
  });
  expect(judge(same, policy, ['bug']).rule).toBe('no-proof');
  const broken = evidence({ base: run({ a: 'passed' }), change: run({ a: 'failed' }) }, ['b.js']);
  expect(judge(broken, policy, ['documentation']).rule).toBe('test-broken');
});

test('at most five names, then a count', () => {
  const all = (status: TestStatus) =>
    Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`t${i}`, status]));
  const judgement = judged({ base: run(all('passed')), change: run(all('failed')) });
  expect(judgement.detail).toMatch(/“t4” and 4 more\./);
  expect(judgement.broken).toHaveLength(9);
});

describe('the summary', () => {
  test('names rule, runs and failures', () => {
    const four = { base: run({ a: 'passed', b: 'flaky' }), change: run({ a: 'failed' }) };
    const text = summarizeEvidence(evidence(four), judged(four));
    expect(text).toContain('**Evidence: not good** (rule `test-broken`)');
    expect(text).toContain('| the base | exit 0 | 1 passed, 1 flaky |');
    expect(text).toContain('- `a`');
    expect(text).toContain('Flaky');
  });

  test('stays within its bound, and a test can not leave its code block', () => {
    const four = { base: run({ a: 'passed' }), change: run({ a: 'failed' }) };
    const seen = evidence(four);
    const tests = Array.from({ length: 500 }, (_, i) => ({
      id: `t${i} \`\`\` <b>${'x'.repeat(300)}`,
      status: 'failed' as const,
      message: `\`\`\`\n# heading\n${'y'.repeat(1900)}`,
    }));
    const runs = { ...seen.runs, change: { ...run({}), tests } } as NonNullable<Evidence['runs']>;
    const text = summarizeEvidence({ ...seen, runs }, judged(four));
    expect(text.length).toBeLessThanOrEqual(6000);
    expect(text).toContain('````text\n```\n# heading');
    expect(text.match(/^````/gm)?.length ?? 1).toBeGreaterThan(1);
    expect((text.match(/^````/gm)?.length ?? 1) % 2).toBe(0);
  });
});
