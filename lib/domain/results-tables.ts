import type { CheckRun, Evidence, TestResult } from './evidence.ts';

/** The four runs. */
export type Runs = NonNullable<Evidence['runs']>;
/** Results of one run by id. */
export type Results = ReadonlyMap<string, TestResult>;
/** Results of the four runs. */
export interface Tables {
  readonly base: Results;
  readonly change: Results;
  readonly testsOnly: Results;
  readonly baseTests: Results;
}

/** Results by id; null where the base or the change gave none per test. */
export function tablesOf(runs: Runs): Tables | null {
  const table = ({ tests }: CheckRun) => new Map(tests?.map((test) => [test.id, test]));
  if (runs.base.tests === null || runs.change.tests === null) return null;
  return {
    base: table(runs.base),
    change: table(runs.change),
    testsOnly: table(runs.testsOnly),
    baseTests: table(runs.baseTests),
  };
}

/** Ids that passed. */
export const passedIn = (table: Results): string[] => idsWith(table, 'passed');
/** Ids that failed. */
export const failedIn = (table: Results): string[] => idsWith(table, 'failed');
/** True where a test was run, not only found unable to load. */
export const ranSome = (table: Results): boolean => [...table.values()].some((test) => !test.load);

function idsWith(table: Results, status: TestResult['status']): string[] {
  return [...table.values()].filter((test) => test.status === status).map((test) => test.id);
}

/** Ids that were flaky in any run. */
export function flakyIn(tables: Tables): string[] {
  return [...new Set(Object.values(tables).flatMap((table: Results) => idsWith(table, 'flaky')))];
}

/** The file, package or suite that the test stands in failed as a whole. */
export function wholeFailed(table: Results, id: string): boolean {
  return enclosing(id).some((outer) => table.get(outer)?.status === 'failed');
}

/** Ids of all that encloses a result. */
export function prefixesOf(table: Results): Set<string> {
  return new Set([...table.keys()].flatMap(enclosing));
}

function enclosing(id: string): string[] {
  const parts = id.split(' > ');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(' > '));
}

/** The test command failed. */
export const isRed = (run: CheckRun): boolean => run.commands.at(-1)?.exitCode !== 0;

/** How the test command ended, for a sentence. */
export function lastCommand(run: CheckRun): string {
  const last = run.commands.at(-1);
  if (last === undefined) return 'no command was run';
  const how = last.timedOut ? 'did not end in time' : `ended with ${last.exitCode ?? last.signal}`;
  return `\`${last.command.slice(0, 200)}\` ${how}`;
}

/** At most five names, then a count. */
export function named(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).map((id) => `“${id.slice(0, 200)}”`);
  const rest = ids.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** `3 tests`. */
export const counted = (ids: readonly string[], noun: string): string =>
  `${ids.length} ${noun}${ids.length === 1 ? '' : 's'}`;
