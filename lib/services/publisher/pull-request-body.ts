import type { Evidence } from '../../domain/evidence.ts';
import type { ChangeSet, Plan } from '../../domain/handoff.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Run } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import { modelFor } from '../../domain/terms.ts';
import type { Judgement } from '../../domain/verdict.ts';
import { conventionalSubject } from './customs/conventional-subject.ts';
import type { Customs } from './customs/customs.ts';
import { fillTemplate } from './customs/fill-template.ts';
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

/** The subject of commit and pull request, from the coder's. */
export function subjectOf(
  { change }: Pick<RoundResult, 'change'>,
  { conventional }: Customs,
  labels: readonly string[],
): string {
  const paths = change.files.map(({ path }) => path);
  const title = tameLine(change.title, 100);
  return conventional ? conventionalSubject(title, { labels, paths }) : title;
}

/** The pull request's text: why, what was seen, who did it. All words of models are tamed. */
export function pullRequestBody(
  run: Run,
  result: RoundResult,
  ledger: LedgerHead,
  { template, owners }: Customs,
): string {
  const { plan, change, evidence, judgement } = result;
  const criteria = plan.criteria.map((one) => `- ${tameLine(one, 500)}`).join('\n');
  const seen = 'Seen by the harness; no model has a hand in it.';
  const why = `${quote(plan.summary)}\n\n**Acceptance criteria**\n${criteria}`;
  const what = quote(change.body);
  const shown = `${seen}\n\n${evidenceText(evidence, judgement)}`;
  const issue = run.repository.forge === 'github' ? `Closes #${run.issue}` : '';
  const last = [...letPassText(run), `## Run\n\n${runText(run, result, ledger, owners)}`];
  const sections =
    template === undefined
      ? [
          why,
          `## Evidence\n\n${shown}`,
          `## The change, in the coder's words\n\n${what}`,
          ...last,
          ...(issue === '' ? [] : [issue]),
        ]
      : [fillTemplate(template, { why, what, evidence: shown, issue }), ...last];
  return sections.join('\n\n');
}

/** What no other change may do is said where it is read before a merge. */
function letPassText({ pass }: Run): string[] {
  if (pass === undefined) return [];
  const rules = pass.rules.slice(0, 20).map((rule) => `- ${tameLine(rule, 500)}`);
  const by = `${code(pass.by)} let this change pass, though the repository's rules forbid it:`;
  return [`## Let pass\n\n${by}\n\n${rules.join('\n')}`];
}

/** The roles that a model plays. */
export const modelRoles: readonly RoleName[] = ['issue-reader', 'coder', 'reviewer'];

function runText(
  run: Run,
  { round }: RoundResult,
  ledger: LedgerHead,
  owners: readonly string[],
): string {
  const models = modelRoles.map((role) => `- ${role}: ${code(modelOf(run, role))}`);
  const where = `Ledger at publishing: event ${ledger.seq}, head ${code(ledger.hash)}`;
  const listed = owners.slice(0, 20).map((owner) => code(owner));
  const owned = listed.length === 0 ? [] : [`Code owners of what changed: ${listed.join(', ')}`];
  const parts = [`Run ${code(run.id)}, round ${round}`, models.join('\n'), ...owned, where];
  return parts.join('\n\n');
}

/** The model that played a role. */
export function modelOf(run: Run, role: RoleName): string {
  return modelFor(run, role).model;
}
