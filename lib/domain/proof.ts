import type { CheckRun } from './evidence.ts';
import { passedIn, type Results, type Runs, type Tables, wholeFailed } from './results-tables.ts';

/**
 * Tests that fail without the change and pass with it. A test of the base that failed before counts only
 * where the base's own version of it passes with the change.
 */
export function strongProof({ base, change, testsOnly, baseTests }: Tables): string[] {
  return passedIn(change).filter((id) => {
    const alone = testsOnly.get(id);
    if (alone?.status === 'failed' && !alone.load) return true;
    const before = base.get(id);
    return before?.status === 'failed' && !before.load && baseTests.get(id)?.status === 'passed';
  });
}

/** Tests that could not even be loaded without the change's source. */
export function weakProof(runs: Runs, { base, change, testsOnly, baseTests }: Tables): string[] {
  const unloadable = (table: Results, run: CheckRun, id: string) =>
    table.get(id)?.load === true ||
    (!table.has(id) && (run.state === 'build-failed' || wholeFailed(table, id)));
  return passedIn(change).filter(
    (id) =>
      unloadable(testsOnly, runs.testsOnly, id) ||
      (unloadable(base, runs.base, id) && baseTests.get(id)?.status === 'passed'),
  );
}

/** Tests of the base that failed, pass in the change's version, and still fail in the base's own. */
export function alteredTests({ base, change, baseTests }: Tables): string[] {
  return passedIn(change).filter(
    (id) => base.get(id)?.status === 'failed' && baseTests.get(id)?.status === 'failed',
  );
}
