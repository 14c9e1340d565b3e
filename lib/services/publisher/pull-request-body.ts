import type { Evidence } from '../../domain/evidence.ts';
import type { ChangeSet, Plan } from '../../domain/handoff.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Run } from '../../domain/run.ts';
import { modelRoles } from '../../domain/stage.ts';
import type { Judgement } from '../../domain/verdict.ts';
import type { PlayedModels } from '../models-played.ts';
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

/** What its text says beside the round's own words. */
interface BodyFacts {
  /** The ledger's head when the change was found valid. */
  readonly ledger: LedgerHead;
  readonly customs: Customs;
  readonly models: PlayedModels;
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
  { ledger, customs, models }: BodyFacts,
): string {
  const { template, owners } = customs;
  const { plan, change, evidence, judgement } = result;
  const criteria = plan.criteria.map((one) => `- ${tameLine(one, 500)}`).join('\n');
  const seen = 'Seen by the harness; no model has a hand in it.';
  const why = `${quote(plan.summary)}\n\n**Acceptance criteria**\n${criteria}`;
  const what = quote(change.body);
  const shown = `${seen}\n\n${evidenceText(evidence, judgement)}`;
  const issue = run.repository.forge === 'github' ? `Closes #${run.issue}` : '';
  const last = [
    ...letPassText(run),
    `## Run\n\n${runText(run, result, { ledger, owners, models })}`,
  ];
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

function runText(
  run: Run,
  { round }: RoundResult,
  { ledger, owners, models }: Omit<BodyFacts, 'customs'> & { owners: readonly string[] },
): string {
  const roles = modelRoles.map((role) => `- ${role}: ${code(models[role])}`);
  const where = `Ledger at publishing: event ${ledger.seq}, head ${code(ledger.hash)}`;
  const listed = owners.slice(0, 20).map((owner) => code(owner));
  const owned = listed.length === 0 ? [] : [`Code owners of what changed: ${listed.join(', ')}`];
  const parts = [`Run ${code(run.id)}, round ${round}`, roles.join('\n'), ...owned, where];
  return parts.join('\n\n');
}
