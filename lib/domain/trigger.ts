import type { RepositoryRef, Trigger } from './run.ts';

/** What a delivery asks for, before anything is checked against GitHub. Sent by a stranger until then. */
export interface TriggerIntent {
  readonly kind: 'label';
  /** `owner/name`. */
  readonly repository: string;
  readonly issue: number;
  readonly label: string;
  readonly sender: string;
}

/** What GitHub itself says about an intent. */
export interface TriggerFacts {
  /** The newest event that put the label on, or undefined where the label is not on the issue now. */
  readonly labelled: { readonly eventId: string; readonly by: string } | undefined;
  readonly issueState: 'open' | 'closed';
  /** Permission of who set the label. */
  readonly permission: 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';
  readonly bot: boolean;
  /** Label that the default branch's `.entropy.yml` names. */
  readonly label: string;
}

/** Repository names as GitHub allows them; anything else never reaches a path or a URL. */
const repositoryName = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/;

/** The intent of a webhook, or why there is none. Pure: reads only the payload. */
export function intentOf(event: string, payload: unknown): TriggerIntent | string {
  const body = payload as {
    action?: unknown;
    label?: { name?: unknown };
    issue?: { number?: unknown; pull_request?: unknown };
    repository?: { full_name?: unknown };
    sender?: { login?: unknown; type?: unknown };
  } | null;
  if (event !== 'issues' || body?.action !== 'labeled') return 'not an event that starts a run';
  const { label, issue, repository, sender } = body;
  if (
    typeof label?.name !== 'string' ||
    typeof issue?.number !== 'number' ||
    !Number.isSafeInteger(issue.number) ||
    typeof sender?.login !== 'string' ||
    typeof repository?.full_name !== 'string' ||
    !repositoryName.test(repository.full_name)
  ) {
    return 'the payload lacks label, issue, repository or sender';
  }
  if (issue.pull_request !== undefined) return 'a pull request, not an issue';
  if (sender.type !== 'User') return 'bots never trigger';
  return {
    kind: 'label',
    repository: repository.full_name,
    issue: issue.number,
    label: label.name,
    sender: sender.login,
  };
}

const mayTrigger = new Set(['admin', 'maintain', 'write']);

/** Decides on GitHub's own word: the run's repository, issue and trigger, or why there is no run. */
export function decideTrigger(
  intent: TriggerIntent,
  facts: TriggerFacts,
): { repository: RepositoryRef; issue: string; trigger: Trigger } | string {
  if (intent.label !== facts.label) return `the label ${intent.label} starts nothing here`;
  if (facts.issueState !== 'open') return 'the issue is closed';
  if (facts.labelled === undefined) return 'the label is no longer on the issue';
  if (facts.bot) return 'bots never trigger';
  if (!mayTrigger.has(facts.permission)) {
    return `${facts.labelled.by} has ${facts.permission} permission; write is needed`;
  }
  return {
    repository: { forge: 'github', name: intent.repository },
    issue: String(intent.issue),
    trigger: { kind: 'label', id: facts.labelled.eventId, by: facts.labelled.by },
  };
}
