import { budgetLeft } from '../../domain/budget.ts';
import { dayOf } from '../../domain/daily.ts';
import { requireEngines } from '../../domain/engine-choice.ts';
import { type Policy, policyPath } from '../../domain/policy.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run, RunTerms } from '../../domain/run.ts';
import { termsOf } from '../../domain/terms.ts';

/** What holds for the run, or why the repository's rules let it not begin. Safe to repeat. Throws `ConfigInvalid`. */
export async function letIn(
  ports: Pick<Ports, 'admissions' | 'clock' | 'engineFault'>,
  run: Run,
  policy: Policy,
): Promise<{ readonly terms?: RunTerms; readonly note?: string }> {
  if (!policy.enabled) return { note: `${policyPath} on the default branch says enabled: false` };
  const terms = termsOf(run.settings, policy);
  requireEngines(run.settings, policy, terms.models, ports.engineFault);
  const { dollars } = budgetLeft(terms.budget, run.continues?.spent);
  const admission = await ports.admissions.admit({
    repository: `${run.repository.forge}:${run.repository.name}`,
    day: dayOf(ports.clock.now()),
    run: run.id,
    dollars,
    caps: policy.daily,
  });
  if (!admission.admitted) return { note: `${policyPath}: ${admission.reason}` };
  // What the day does not leave is taken off the budget for the issue.
  const taken = Math.max(0, dollars - admission.dollars);
  return {
    terms: { ...terms, budget: { ...terms.budget, dollars: terms.budget.dollars - taken } },
  };
}
