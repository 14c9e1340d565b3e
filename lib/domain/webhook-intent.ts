import { commandIn } from './comment-command.ts';
import { ownMark } from './own-mark.ts';
import type { TriggerIntent } from './trigger.ts';

/** The part of a payload that is read. Nothing of it is known to be so. */
interface Payload {
  readonly action?: unknown;
  readonly label?: { readonly name?: unknown } | null;
  readonly assignee?: { readonly login?: unknown } | null;
  readonly comment?: { readonly id?: unknown; readonly body?: unknown } | null;
  readonly issue?: { readonly number?: unknown; readonly pull_request?: unknown } | null;
  readonly repository?: { readonly full_name?: unknown } | null;
  readonly sender?: { readonly login?: unknown; readonly type?: unknown } | null;
}

/** Events and actions that mean something; all others are ignored. */
const meaning: Readonly<Record<string, TriggerIntent['kind']>> = {
  'issues.labeled': 'label',
  'issues.assigned': 'assignment',
  'issue_comment.created': 'comment',
  'issues.closed': 'change',
  'issues.deleted': 'change',
  'issues.edited': 'change',
  'issues.transferred': 'change',
  'issues.unassigned': 'change',
  'issues.unlabeled': 'change',
};

/**
 * Names as GitHub allows them; anything else never reaches a path or a URL. An underscore is in logins that
 * an enterprise manages.
 */
const repositoryName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
const login = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** Whether the text is `owner/name` as GitHub allows it. */
export function isRepositoryName(text: string): boolean {
  return repositoryName.test(text);
}

/** Whether the text is a login as GitHub allows it; a bot's ends in `[bot]`. */
export function isLogin(text: string): boolean {
  return login.test(text.replace(/\[bot\]$/, ''));
}

/** The intent of a webhook, or why there is none. Pure: reads only the payload, and never throws. */
export function intentOf(event: string, payload: unknown): TriggerIntent | string {
  const body: Payload = typeof payload === 'object' && payload !== null ? payload : {};
  const name = `${event}.${typeof body.action === 'string' ? body.action : ''}`;
  const kind = Object.hasOwn(meaning, name) ? meaning[name] : undefined;
  if (kind === undefined) return 'not an event that starts a run';
  const about = aboutOf(body);
  if (about === undefined) return 'the payload lacks issue, repository or sender';
  if (body.issue?.pull_request != null) return 'a pull request, not an issue';
  // A change is looked up, whoever made it; it starts nothing.
  if (kind !== 'change' && body.sender?.type !== 'User') return 'bots never trigger';
  return detailed(kind, body, about);
}

function aboutOf({ issue, repository, sender }: Payload) {
  const number = issue?.number;
  const name = repository?.full_name;
  const by = sender?.login;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) return undefined;
  if (typeof name !== 'string' || !isRepositoryName(name)) return undefined;
  if (typeof by !== 'string' || !isLogin(by)) return undefined;
  return { repository: name, issue: number, sender: by };
}

function detailed(
  kind: TriggerIntent['kind'],
  { label, assignee, comment }: Payload,
  about: NonNullable<ReturnType<typeof aboutOf>>,
): TriggerIntent | string {
  if (kind === 'change') return { kind, ...about };
  if (about.sender.endsWith('[bot]')) return 'bots never trigger';
  if (kind === 'label') {
    if (typeof label?.name !== 'string' || label.name.length > 100)
      return 'the payload lacks label';
    return { kind, ...about, label: label.name };
  }
  if (kind === 'assignment') {
    const name = assignee?.login;
    if (typeof name !== 'string' || name.length > 100) return 'the payload lacks assignee';
    return { kind, ...about, assignee: name };
  }
  const { id, body } = comment ?? {};
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1 || typeof body !== 'string') {
    return 'the payload lacks comment';
  }
  if (body.includes(ownMark)) return 'a comment of our own';
  return { kind, ...about, comment: id, command: commandIn(body) !== undefined };
}
