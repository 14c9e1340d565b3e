import type { Evidence } from '../../domain/evidence.ts';
import type { ChangeSet, Plan } from '../../domain/handoff.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Run } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import { modelFor } from '../../domain/terms.ts';
import type { Judgement } from '../../domain/verdict.ts';
import { evidenceText } from './evidence-table.ts';
import { code, quote, tameLine } from './tame-text.ts';

/** What a round publishes. */
export interface RoundResult {
  readonly round: number;
  readonly change: ChangeSet;
  readonly plan: Plan;
  readonly judgement: Judgement;
  readonly evidence: Evidence;
}

/** The pull request's title, from the coder's subject. */
export function pullRequestTitle({ change }: RoundResult): string {
  return tameLine(change.title, 100);
}

/** The pull request's text: why, what was seen, who did it. All words of models are tamed. */
export function pullRequestBody(run: Run, result: RoundResult, ledger: LedgerHead): string {
  const { plan, change, evidence, judgement } = result;
  const criteria = plan.criteria.map((one) => `- ${tameLine(one, 500)}`).join('\n');
  const sections = [
    quote(plan.summary),
    `**Acceptance criteria**\n${criteria}`,
    `## Evidence\n\nSeen by the harness; no model has a hand in it.\n\n${evidenceText(evidence, judgement)}`,
    `## The change, in the coder's words\n\n${quote(change.body)}`,
    ...letPassText(run),
    `## Run\n\n${runText(run, result, ledger)}`,
    ...(run.repository.forge === 'github' ? [`Closes #${run.issue}`] : []),
  ];
  return sections.join('\n\n');
}

/** What no other change may do is said where it is read before a merge. */
function letPassText({ pass }: Run): string[] {
  if (pass === undefined) return [];
  const rules = pass.rules.slice(0, 20).map((rule) => `- ${tameLine(rule, 500)}`);
  const by = `${code(pass.by)} let this change pass, though the repository's rules forbid it:`;
  return [`## Let pass\n\n${by}\n\n${rules.join('\n')}`];
}

const modelled: readonly RoleName[] = ['issue-reader', 'coder', 'reviewer'];

function runText(run: Run, { round }: RoundResult, ledger: LedgerHead): string {
  const models = modelled.map((role) => `- ${role}: ${code(modelOf(run, role))}`);
  const where = `Ledger at publishing: event ${ledger.seq}, head ${code(ledger.hash)}`;
  return [`Run ${code(run.id)}, round ${round}`, models.join('\n'), where].join('\n\n');
}

/** The model that played a role. */
export function modelOf(run: Run, role: RoleName): string {
  return modelFor(run, role).model;
}
