import { violationsOf } from '../domain/change.ts';
import { NotFound } from '../domain/errors.ts';
import type { ChangeSet } from '../domain/handoff.ts';
import { changeDigest, type LetPass, type Violation, violated } from '../domain/let-pass.ts';
import type { Ports } from '../domain/ports.ts';
import type { Run } from '../domain/run.ts';
import { baseOf, changeOf, lastRoundOf, policyOf } from './lifecycle/run-facts.ts';
import { filesBefore } from './publisher/publish-change.ts';

/** What looking at a kept change needs. */
export type KeptPorts = Pick<Ports, 'runs' | 'stages' | 'ledger' | 'source'>;

/** A change that policy or GitHub's own rules stopped: kept in its run's ledger. */
export interface Kept {
  readonly change: ChangeSet;
  /** What stopped it said. */
  readonly because: string;
  /** Of the rules of the repository's policy. None where GitHub's own rules stopped it. */
  readonly violations: readonly Violation[];
}

/** The change that a run kept, and what it breaks. Throws `NotFound` where none was stopped. */
export async function keptChange(ports: KeptPorts, run: Run): Promise<Kept> {
  const { error, status } = run;
  const protectedBranch = error?.name === 'BranchProtected';
  if (status !== 'settled' || !(protectedBranch || error?.name === 'PolicyViolation')) {
    const state = error?.name ?? run.outcome ?? status;
    throw new NotFound(`${run.id} has no change that was stopped: ${state}`);
  }
  const round = await lastRoundOf(ports, run.id, 'coder');
  if (round === 0) throw new NotFound(`${run.id} left no change`);
  const change = await changeOf(ports, run.id, round);
  const before = await filesBefore(ports, run, change);
  const policy = await policyOf(ports, run);
  const base = baseOf(run).commit;
  const violations = violationsOf(change, base, policy, (path) => before.get(path));
  if (violations.length === 0 && !protectedBranch) {
    throw new NotFound(`the change of ${run.id} breaks no rule: ${error.message}`);
  }
  return { change, violations, because: error.message };
}

/**
 * The leave for exactly this change and what it breaks. Throws `PolicyViolation`, naming them, where there are rules that
 * nobody can let pass.
 */
export function leaveFor(run: Run, { change, violations }: Kept, by: string): LetPass {
  const hard = violations.filter((violation) => violation.hard);
  if (hard.length > 0) throw violated(hard);
  const rules = violations.map(({ message }) => message);
  return { run: run.id, change: changeDigest(change), rules, by };
}
