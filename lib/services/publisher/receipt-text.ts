import type { Failure, Outcome } from '../../domain/outcome.ts';
import type { Run } from '../../domain/run.ts';
import { code, quote } from './tame-text.ts';

/** How a run ended, as its receipt tells it. */
export interface Ending {
  readonly outcome: Outcome;
  readonly error?: Failure;
}

/** What a run used. */
export interface Used {
  readonly turns: number;
  readonly tokens: number;
  /** Zero where the models have no price. */
  readonly dollars: number;
}

/** Room for a report of why a repository could not be checked, whole. */
const mostError = 5000;

/** The comment that ends a run: what came of it, and what a person can do now. */
export function receiptText(run: Run, ending: Ending, used: Used): string {
  const cost = used.dollars > 0 ? `, $${used.dollars.toFixed(2)}` : '';
  const footer = `Run ${code(run.id)}: ${used.turns} model calls, ${used.tokens} tokens${cost}`;
  const edited = run.issueEditedAt === undefined ? [] : [editedText];
  return [told(run, ending), ...kept(run, ending), ...edited, `<sub>${footer}</sub>`].join('\n\n');
}

const editedText =
  'The issue was edited while this run was at it: the run went by the text that it began with.';

function told(run: Run, { outcome, error }: Ending): string {
  const note = quote(run.note ?? 'No reason was given.', 2000);
  const pull = linkOf(run);
  switch (outcome) {
    case 'merged':
      return `Done: ${pull} is merged.`;
    case 'handed-over':
      return [
        `${pull} is ready for a person: verified and reviewed, and not merged.`,
        ...(run.note === undefined ? [] : [quote(run.note, 2000)]),
      ].join('\n\n');
    case 'question':
      return `Before work can start, a question:\n\n${note}\n\n${answerText(run)}`;
    case 'refused':
      return `Not worked on:\n\n${note}`;
    case 'cancelled':
      return run.note === undefined ? 'Stopped, as asked.' : `Stopped:\n\n${note}`;
    case 'failed':
      return `Failed with ${code(error?.name ?? 'an unknown error')}:\n\n${quote(error?.message ?? '', mostError)}`;
  }
}

function answerText({ id, repository }: Run): string {
  const command = code(`entropy answer ${id} "..."`);
  return repository.forge === 'github'
    ? `Answer in a comment here (it takes write permission), or by ${command}: then the work goes on.`
    : `Answer by ${command}: then the work goes on.`;
}

/** Work that a person can go on with. */
function kept(run: Run, { outcome, error }: Ending): string[] {
  const stopped = error?.name === 'PolicyViolation' || error?.name === 'BranchProtected';
  if (stopped) return [...keptBy(run), letPassText(run, error.name)];
  return keptBy(run, outcome);
}

function letPassText({ id, repository }: Run, stoppedBy: string): string {
  const command = code(`entropy let-pass ${id}`);
  const how =
    repository.forge === 'github'
      ? `a maintainer can comment ${code('/entropy let-pass')}, or run ${command}`
      : `run ${command}`;
  return stoppedBy === 'BranchProtected'
    ? `The change is kept. Once GitHub lets it in, it is verified and published as it is: ${how}.`
    : `The change is kept. To let exactly this one pass, ${how}.`;
}

function keptBy(run: Run, outcome: Outcome = 'failed'): string[] {
  if (outcome !== 'failed' && outcome !== 'cancelled') return [];
  if (run.pullRequest !== undefined) return [`What there is stays in ${linkOf(run)}, a draft.`];
  return run.branch === undefined ? [] : [`What there is stays on the branch ${code(run.branch)}.`];
}

function linkOf({ repository, pullRequest }: Run): string {
  if (pullRequest === undefined) return 'the pull request';
  return repository.forge === 'github' ? `#${pullRequest.number}` : pullRequest.url;
}
