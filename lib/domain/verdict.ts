import type { Evidence } from './evidence.ts';
import { globMatches } from './glob.ts';
import { doubtfulRun, harmOf } from './harm.ts';
import type { Policy } from './policy.ts';
import { alteredTests, strongProof, weakProof } from './proof.ts';
import {
  counted,
  flakyIn,
  isRed,
  lastCommand,
  named,
  type Runs,
  ranSome,
  type Tables,
  tablesOf,
} from './results-tables.ts';

/** Which rule decided. Shown to people and given to the coder, so names are plain. */
export type Rule =
  | 'proven'
  | 'exempt'
  | 'checks-unavailable'
  | 'setup-failed'
  | 'test-broken'
  | 'test-gone'
  | 'test-skipped'
  | 'run-doubtful'
  | 'no-proof'
  | 'red-without-test-results';

/** What the Evidence amounts to. Computed by a trusted part, never in a sandbox. */
export interface Judgement {
  readonly verdict: 'good' | 'bad' | 'inconclusive' | 'unavailable';
  readonly rule: Rule;
  /** One sentence for a person, naming tests. */
  readonly detail: string;
  /** Ids of tests that failed without the change (3 or 1) and pass with it (2). */
  readonly proof: readonly string[];
  /** The proof is only that the tests do not compile or load without the source. */
  readonly weak: boolean;
  /** Ids that passed before and fail, are gone, or are skipped now. */
  readonly broken: readonly string[];
  readonly flaky: readonly string[];
}

/**
 * Applies the rule for success: nothing that passed fails with the change, under its own tests or the
 * base's; no test of the base is gone or skipped; and at least one test fails without the change and passes
 * with it, unless policy exempts every path of the change or one of the issue's `labels`. A test of the base that failed before is a proof
 * only where the base's own version of it passes too: else editing the failing test would do.
 */
export function judge(
  evidence: Evidence,
  policy: Policy,
  labels: readonly string[] = [],
): Judgement {
  return withAdvice(judgeRuns(evidence, policy, labels), evidence);
}

/** Where nothing can be told, or no test ran to tell it by, a person is told how to mend that too. */
function withAdvice(judged: Judgement, { advice, runs }: Evidence): Judgement {
  const untested = judged.rule === 'no-proof' && !runs?.change.tests?.length;
  if (advice === undefined || !(untested || judged.verdict === 'inconclusive')) return judged;
  return { ...judged, detail: `${judged.detail}\n${advice}` };
}

function judgeRuns(evidence: Evidence, policy: Policy, labels: readonly string[]): Judgement {
  const { checks, runs } = evidence;
  if (checks === null) return unavailable('checks-unavailable', evidence);
  if (runs === undefined) return unavailable('setup-failed', evidence);
  const failed = [runs.change, runs.baseTests].find((run) => run.state === 'setup-failed');
  if (failed !== undefined) {
    const detail = `Set-up works on the base and fails with the change: ${lastCommand(failed)}.`;
    return judgement('bad', 'setup-failed', detail);
  }
  const exempt = isExempt(evidence, policy) || exemptLabelsIn(labels, policy).length > 0;
  const tables = tablesOf(runs);
  return tables === null
    ? byExitCode(runs, evidence, exempt)
    : byTest(runs, tables, evidence, exempt);
}

function unavailable(rule: Rule, { unavailable: why }: Evidence): Judgement {
  return judgement('unavailable', rule, why ?? 'The checks of this repository could not be run.');
}

function judgement(
  verdict: Judgement['verdict'],
  rule: Rule,
  detail: string,
  more: Partial<Pick<Judgement, 'proof' | 'weak' | 'broken' | 'flaky'>> = {},
): Judgement {
  return { verdict, rule, detail, proof: [], weak: false, broken: [], flaky: [], ...more };
}

/** Without results per test the exit code stands for all of them. */
function byExitCode(runs: Runs, evidence: Evidence, exempt: boolean): Judgement {
  if (isRed(runs.base)) {
    const detail =
      "The test command failed before the change already, and gives no results per test, so what the change did can't be told.";
    return judgement('inconclusive', 'red-without-test-results', detail);
  }
  const doubtful = doubtfulRun(runs);
  if (doubtful !== undefined) return judgement('bad', doubtful.rule, doubtful.detail);
  const broken = isRed(runs.change) ? runs.change : isRed(runs.baseTests) ? runs.baseTests : null;
  if (broken !== null) {
    const whose = broken === runs.change ? '' : " under the base's own tests";
    const detail = `The test command passed before and fails with the change${whose}: ${lastCommand(broken)}.`;
    return judgement('bad', 'test-broken', detail);
  }
  if (isRed(runs.testsOnly) && runs.testsOnly.state !== 'setup-failed') {
    const detail =
      "The test command fails with the change's tests alone and passes with its source; there are no results per test.";
    return judgement('good', 'proven', detail, { weak: true });
  }
  if (exempt) return judgement('good', 'exempt', exemptDetail);
  const detail =
    'The test command passes before and after, and gives no results per test, so nothing shows that the change does what it should.';
  return judgement('bad', 'no-proof', withDropped(detail, evidence));
}

function byTest(runs: Runs, tables: Tables, evidence: Evidence, exempt: boolean): Judgement {
  const flaky = flakyIn(tables);
  const endless = [runs.change, runs.baseTests].some((run) => run.state === 'timed-out');
  // Which tests such runs came to is chance, so what one has and another lacks says nothing of the change.
  if (endless && runs.base.state === 'timed-out') {
    const detail = `The tests do not end in time, on the base as with the change: ${lastCommand(runs.base)}.`;
    return judgement('inconclusive', 'run-doubtful', detail, { flaky });
  }
  const harm = harmOf(runs, tables);
  if (harm !== undefined) {
    const detail = withDropped(harm.detail, evidence);
    return judgement('bad', harm.rule, detail, { broken: harm.broken, flaky });
  }
  if ([runs.change, runs.baseTests].some((run) => run.state === 'incomplete')) {
    const detail = `A test runner does not come to its own end, on the base as with the change: ${lastCommand(runs.base)}.`;
    return judgement('inconclusive', 'run-doubtful', detail, { flaky });
  }
  // A base that runs no test may be a repository that is not set up as much as one that is broken.
  if (isRed(runs.base) && !ranSome(tables.base)) {
    const detail = `The tests could not be run before the change: ${lastCommand(runs.base)}.`;
    return judgement('inconclusive', 'red-without-test-results', detail, { flaky });
  }
  const strong = strongProof(tables);
  if (strong.length > 0) {
    const [fail, pass] = strong.length === 1 ? ['fails', 'passes'] : ['fail', 'pass'];
    const detail = `${counted(strong, 'test')} ${fail} without the change and ${pass} with it: ${named(strong)}.`;
    return judgement('good', 'proven', detail, { proof: strong, flaky });
  }
  const weak = weakProof(runs, tables);
  if (weak.length > 0) {
    const detail = `The only proof is the weaker kind: ${counted(weak, 'test')} do not compile or load without the change, and pass with it: ${named(weak)}.`;
    return judgement('good', 'proven', detail, { proof: weak, weak: true, flaky });
  }
  if (exempt) return judgement('good', 'exempt', exemptDetail, { flaky });
  const detail = withDropped(noProof(evidence, tables), evidence);
  return judgement('bad', 'no-proof', detail, { flaky });
}

const exemptDetail =
  "Nothing is broken, and the repository's policy asks no failing-then-passing test here.";

function noProof({ paths }: Evidence, tables: Tables): string {
  const rule =
    'No test fails without the change and passes with it, so nothing shows that the change does what it should.';
  const altered = alteredTests(tables);
  if (altered.length > 0) {
    return `${rule} ${counted(altered, 'test')} of the base pass only as the change rewrote them: ${named(altered)}.`;
  }
  if (paths.source.length === 0) {
    return `${rule} The change touches no source, only tests or how they are run.`;
  }
  return `${rule} A test is needed that fails on the base for the reason in the issue.`;
}

/** Says so where the change tried to set how tests are run: it explains an otherwise odd result. */
function withDropped(detail: string, { paths }: Evidence): string {
  if (paths.definitions.length === 0) return detail;
  return `${detail} How tests are run is taken from the base, so the change's version of ${named(paths.definitions)} was not used.`;
}

/** Every path that is neither test nor exempt needs a proof. */
function isExempt({ paths }: Evidence, policy: Policy): boolean {
  const judged = [...new Set([...paths.source, ...paths.definitions])];
  const globs = policy.evidence.exempt;
  return judged.length > 0 && judged.every((path) => globs.some((glob) => globMatches(glob, path)));
}

/** Those of policy's labels that are among an issue's. GitHub takes labels that differ in case for the same. */
export function exemptLabelsIn(labels: readonly string[], policy: Policy): readonly string[] {
  const there = labels.map((label) => label.toLowerCase());
  return policy.evidence.exemptLabels.filter((label) => there.includes(label.toLowerCase()));
}
