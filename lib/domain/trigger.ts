import { clockSkewMs } from './claim.ts';
import { ownMark } from './own-mark.ts';
import type { Policy } from './policy.ts';
import type { RepositoryRef, Trigger } from './run.ts';

/** What every intent has. Sent by a stranger until it was held against GitHub. */
interface Intended {
  /** `owner/name`. */
  readonly repository: string;
  readonly issue: number;
  /** Login. */
  readonly sender: string;
}

/** The label was put on the issue. */
export interface LabelIntent extends Intended {
  readonly kind: 'label';
  readonly label: string;
}
/** The issue was assigned to somebody. */
export interface AssignmentIntent extends Intended {
  readonly kind: 'assignment';
  readonly assignee: string;
}
/** Something was said on the issue. */
export interface CommentIntent extends Intended {
  readonly kind: 'comment';
  /** The comment's id. */
  readonly comment: number;
  /** Whether it began with `/entropy`; if not, it may be an answer. */
  readonly command: boolean;
}
/** The issue is not as it was; what it is now, GitHub is asked. */
export interface ChangeIntent extends Intended {
  readonly kind: 'change';
}

/** What a delivery asks for. */
export type TriggerIntent = LabelIntent | AssignmentIntent | CommentIntent | ChangeIntent;

/** One entry of the issue's events: a label put on, or somebody assigned. Oldest first in a list. */
export interface TriggerEvent {
  readonly id: string;
  readonly kind: 'label' | 'assignment';
  /** The label, or the assignee's login. */
  readonly name: string;
  readonly by: string;
  readonly bot: boolean;
}

/** What a person may do in a repository. */
export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** What GitHub itself says about an intent. */
export interface TriggerFacts {
  readonly issue: {
    /** `gone`: deleted, or moved to another repository. */
    readonly state: 'open' | 'closed' | 'gone';
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
    readonly assignees: readonly string[];
  };
  readonly events: readonly TriggerEvent[];
  /** For a comment: who wrote it, when, and its present text; undefined where it is not on this issue. */
  readonly comment?: {
    readonly by: string;
    readonly bot: boolean;
    readonly text: string;
    /** Whether the text was changed since: who writes may change what anybody said, and GitHub does not say who did. */
    readonly edited: boolean;
    /** When it was made, in milliseconds since the epoch. */
    readonly at: number;
  };
  /** Permission of who put the label on, assigned or commented. */
  readonly permission: Permission;
  /** As the default branch's `.entropy.yml` has it. */
  readonly rules: Policy['trigger'];
}

/** Who triggers by what; the run's id follows from it. */
export interface Decision {
  readonly repository: RepositoryRef;
  readonly issue: string;
  readonly trigger: Trigger;
}

const mayTrigger = new Set<Permission>(['admin', 'maintain', 'write']);

/** GitHub compares labels and logins without regard to case. */
function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The event that stands for the label or assignment as it is now, if it is. */
export function standing(
  facts: Pick<TriggerFacts, 'events' | 'issue'>,
  kind: TriggerEvent['kind'],
  name: string,
): TriggerEvent | undefined {
  const present = kind === 'label' ? facts.issue.labels : facts.issue.assignees;
  if (!present.some((one) => sameName(one, name))) return undefined;
  return facts.events.findLast((event) => event.kind === kind && sameName(event.name, name));
}

/** Why a label or an assignment starts a run, or in a sentence why not. On GitHub's own word. */
export function decideTrigger(
  intent: LabelIntent | AssignmentIntent,
  facts: TriggerFacts,
): Decision | string {
  const [wanted, name] =
    intent.kind === 'label'
      ? [facts.rules.label, intent.label]
      : [facts.rules.assignee ?? '', intent.assignee];
  if (!sameName(wanted, name)) return `the ${intent.kind} ${name} starts nothing here`;
  if (facts.issue.state !== 'open') return `the issue is ${facts.issue.state}`;
  const event = standing(facts, intent.kind, name);
  if (event === undefined) return `the ${intent.kind} ${name} is no longer there`;
  const refusal = refusalOf(event, facts.permission);
  if (refusal !== undefined) return refusal;
  return {
    repository: { forge: 'github', name: intent.repository },
    issue: String(intent.issue),
    trigger: { kind: intent.kind, id: event.id, by: event.by },
  };
}

/**
 * Who said what in a comment that counts, or in a sentence why it does not. On GitHub's own word. `text` is undefined
 * where the comment was edited: what it says now may be another's, and is neither a command nor an answer.
 */
export function decideComment(
  intent: CommentIntent,
  facts: TriggerFacts,
): (Decision & { readonly text: string | undefined; readonly at: number }) | string {
  const { comment } = facts;
  if (comment === undefined) return 'the comment is no longer there';
  // Also written by a person's account, where that is the one that we write with.
  if (comment.text.includes(ownMark)) return 'a comment of our own';
  const refusal = refusalOf(comment, facts.permission);
  if (refusal !== undefined) return refusal;
  return {
    repository: { forge: 'github', name: intent.repository },
    issue: String(intent.issue),
    trigger: { kind: 'comment', id: String(intent.comment), by: comment.by },
    text: comment.edited ? undefined : comment.text,
    at: comment.at,
  };
}

/**
 * Whether what was said at `at`, by GitHub's clock, was said before something here happened, and so can't be
 * about it: a comment can be found long after it was made.
 */
export function saidBefore(at: number, happened: number): boolean {
  return at < happened - clockSkewMs;
}

function refusalOf({ by, bot }: { by: string; bot: boolean }, permission: Permission) {
  if (bot) return 'bots never trigger';
  if (mayTrigger.has(permission)) return undefined;
  return `${by} has ${permission} permission; write is needed`;
}
