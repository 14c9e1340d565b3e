import type { CheckRun } from './evidence.ts';
import {
  counted,
  failedIn,
  isRed,
  lastCommand,
  named,
  passedIn,
  prefixesOf,
  type Results,
  type Runs,
  ranSome,
  type Tables,
  wholeFailed,
} from './results-tables.ts';

/** What a change breaks, by the rule that says so. */
export interface Harm {
  readonly rule: 'test-broken' | 'test-gone' | 'test-skipped' | 'run-doubtful';
  readonly detail: string;
  /** Ids of the tests. */
  readonly broken: readonly string[];
}

/** The worst that the change breaks; undefined where it breaks nothing. */
export function harmOf(runs: Runs, tables: Tables): Harm | undefined {
  return (
    didNotRun(runs, tables) ??
    brokenTests(tables) ??
    goneTests(tables) ??
    skippedTests(tables) ??
    doubtfulRun(runs) ??
    newFailures(tables) ??
    unexplainedRed(runs, tables)
  );
}

const sides = [
  ['change', 'with the change'],
  ['baseTests', "with the change's source under the base's own tests"],
] as const;

function didNotRun(runs: Runs, tables: Tables): Harm | undefined {
  for (const [side, where] of sides) {
    const run = runs[side];
    if (run.state === 'timed-out' && runs.base.state !== 'timed-out') {
      const detail = `The tests do not end ${where} (they do on the base): ${lastCommand(run)}.`;
      return { rule: 'test-broken', detail, broken: [] };
    }
    if (run.state === 'build-failed' && ranSome(tables.base)) {
      const detail = `The tests do not compile or load ${where}: ${lastCommand(run)}.`;
      return { rule: 'test-broken', detail, broken: passedIn(tables.base) };
    }
  }
  return undefined;
}

/**
 * A run that can't be believed where the base's own can: a runner was ended before its end, results were
 * forged, or the run changed what it was run on.
 */
export function doubtfulRun(runs: Runs): Harm | undefined {
  for (const [side, where] of sides) {
    const { state, doubts = [] } = runs[side];
    const odd = doubts.filter((doubt) => !runs.base.doubts?.includes(doubt));
    if (state === 'incomplete' && runs.base.state !== 'incomplete') {
      odd.unshift(
        'a test runner did not come to its own end, or results are there that none wrote',
      );
    }
    if (odd.length === 0) continue;
    const more = odd.length > 5 ? ` and ${odd.length - 5} more` : '';
    const detail = `The results can't be believed ${where}: ${odd.slice(0, 5).join('; ')}${more}.`;
    return { rule: 'run-doubtful', detail, broken: [] };
  }
  return undefined;
}

function brokenTests(tables: Tables): Harm | undefined {
  for (const [side, where] of sides) {
    const now = tables[side];
    const failing = passedIn(tables.base).filter(
      (id) => now.get(id)?.status === 'failed' || (!now.has(id) && wholeFailed(now, id)),
    );
    if (failing.length === 0) continue;
    const detail = `${counted(failing, 'test')} passed before and fail ${where}: ${named(failing)}.`;
    return { rule: 'test-broken', detail, broken: failing };
  }
  return undefined;
}

function goneTests(tables: Tables): Harm | undefined {
  for (const [side, where] of sides) {
    const now = tables[side];
    const prefixes = prefixesOf(now);
    const gone = [...tables.base.values()]
      .filter(({ id, status }) => status !== 'skipped' && !now.has(id) && !prefixes.has(id))
      .map(({ id }) => id);
    if (gone.length === 0) continue;
    const none = now.size === 0 ? ' The test command ran no test at all.' : '';
    const detail = `${counted(gone, 'test')} of the base did not run ${where}: ${named(gone)}.${none}`;
    return { rule: 'test-gone', detail, broken: gone };
  }
  return undefined;
}

function skippedTests(tables: Tables): Harm | undefined {
  for (const [side, where] of sides) {
    const now = tables[side];
    const skipped = [...tables.base.values()]
      .filter(({ id, status }) => status !== 'skipped' && now.get(id)?.status === 'skipped')
      .map(({ id }) => id);
    if (skipped.length === 0) continue;
    const detail = `${counted(skipped, 'test')} of the base are skipped ${where}: ${named(skipped)}.`;
    return { rule: 'test-skipped', detail, broken: skipped };
  }
  return undefined;
}

/** Red to a person as well: a test that the change brings and does not pass, a package it broke that has no tests. */
function newFailures({ base, change }: Tables): Harm | undefined {
  const failing = failedIn(change).filter((id) => !base.has(id) && !wholeFailed(base, id));
  if (failing.length === 0) return undefined;
  const detail = `${counted(failing, 'test')} that the base does not have fail with the change: ${named(failing)}.`;
  return { rule: 'test-broken', detail, broken: failing };
}

/** A coverage threshold or a linter in the test command, say: red to a person, though every test passes. */
function unexplainedRed(runs: Runs, tables: Tables): Harm | undefined {
  const odd = (run: CheckRun, table: Results) => isRed(run) && failedIn(table).length === 0;
  if (!odd(runs.change, tables.change) || odd(runs.base, tables.base)) return undefined;
  const detail = `Every test passes with the change, and yet the test command fails: ${lastCommand(runs.change)}.`;
  return { rule: 'test-broken', detail, broken: [] };
}
