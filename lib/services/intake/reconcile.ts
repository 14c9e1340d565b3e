import { DomainError, ForgeUnavailable, StorageFailed } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import type {
  AssignmentIntent,
  ChangeIntent,
  CommentIntent,
  LabelIntent,
} from '../../domain/trigger.ts';
import { carryIntent } from './drain.ts';
import type { TriggerOptions } from './intake-options.ts';
import { commentKey } from './receive.ts';

/** Queued runs looked at in one go, each of which costs calls of GitHub's API. */
const mostQueued = 50;
const queueCursor = 'queued runs looked at';

/** What reconciling needs of GitHub. All throw `ForgeFailed`. */
export interface ReconcileOptions extends TriggerOptions {
  /** Names of the repositories to look at. */
  readonly repositories: () => Promise<readonly string[]>;
  /** Open issues that carry the trigger, changed at or after `cursor`, the longest unchanged first. */
  readonly waitingIssues: (
    repository: string,
    cursor: string | undefined,
  ) => Promise<{
    readonly intents: readonly (LabelIntent | AssignmentIntent)[];
    readonly cursor: string;
  }>;
  /** Comments made since `cursor`; none at the first look, where there is no cursor. */
  readonly newComments: (
    repository: string,
    cursor: string | undefined,
  ) => Promise<{ readonly intents: readonly CommentIntent[]; readonly cursor: string }>;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Finds what deliveries that never came would have said: comments, issues that wait for a run, and changes of
 * issues that runs are at. A trigger has one run, however it was found. Gives how many intents it looked at.
 */
export async function reconcile(ports: Ports, options: ReconcileOptions): Promise<number> {
  let seen = await lookAtRuns(ports, options);
  let repositories: readonly string[] = [];
  await told(options, 'what the App is installed on', async () => {
    repositories = await options.repositories();
    return 0;
  });
  for (const repository of repositories) {
    if (options.signal.aborted) break;
    // What was said on an issue may be about the run that is there, not about the next.
    seen += await told(options, repository, () => lookAtComments(ports, repository, options));
    seen += await told(options, repository, () => lookAtIssues(ports, repository, options));
  }
  return seen;
}

/**
 * From where the last look ended; a look that did not get through is made again from the same place. A comment
 * goes the way of its delivery, whose place in the inbox it takes: it is heard once, whichever is first.
 */
async function lookAtComments(
  ports: Ports,
  repository: string,
  options: ReconcileOptions,
): Promise<number> {
  const name = `comments ${repository}`;
  const { intents, cursor } = await options.newComments(repository, await ports.cursors.get(name));
  for (const intent of intents) {
    const semanticKey = commentKey(intent);
    const id = `found-comment-${intent.comment}`;
    const delivery = { id, event: 'issue_comment', intent: { ...intent }, semanticKey };
    const bodyHash = sha256(semanticKey);
    const receivedAt = ports.clock.now();
    const isNew = await ports.inbox.accept({ ...delivery, bodyHash, receivedAt });
    if (isNew) options.log(`found without a delivery: ${repository}#${intent.issue}: ${id}`);
  }
  await ports.cursors.set(name, cursor);
  return intents.length;
}

/** As above: what did not get through is looked at again. */
async function lookAtIssues(
  ports: Ports,
  repository: string,
  options: ReconcileOptions,
): Promise<number> {
  const name = `reconciled ${repository}`;
  const waiting = await options.waitingIssues(repository, await ports.cursors.get(name));
  for (const intent of waiting.intents) {
    if (options.signal.aborted) return 0;
    await carry(ports, intent, options);
  }
  await ports.cursors.set(name, waiting.cursor);
  return waiting.intents.length;
}

/** A queued run would begin, whatever was taken back meanwhile: nothing looks at its trigger again. */
async function lookAtRuns(ports: Ports, options: ReconcileOptions): Promise<number> {
  const live = await ports.runs.list({ status: ['running', 'queued'] });
  const ours = live.filter(({ repository }) => repository.forge === 'github');
  const running = ours.filter(({ status }) => status === 'running');
  const queued = ours.filter(({ status }) => status === 'queued');
  const looked = [...running, ...(await nextQueued(ports, queued.toReversed()))];
  for (const { id, repository, issue } of looked) {
    if (options.signal.aborted) break;
    const about = { repository: repository.name, issue: Number(issue), sender: 'reconciler' };
    const intent: ChangeIntent = { kind: 'change', ...about };
    await told(options, id, async () => carry(ports, intent, options).then(() => 1));
  }
  return looked.length;
}

/** Those behind the ones of the last look, then from the oldest on: each has its turn, however many wait. */
async function nextQueued({ cursors }: Ports, queued: readonly Run[]): Promise<readonly Run[]> {
  if (queued.length <= mostQueued) return queued;
  const last = JSON.parse((await cursors.get(queueCursor)) ?? '{"id":"","createdAt":0}') as Pick<
    Run,
    'id' | 'createdAt'
  >;
  const at = queued.findIndex(({ id }) => id === last.id);
  const since = queued.filter(({ createdAt }) => createdAt > last.createdAt);
  const behind = at < 0 ? since : queued.slice(at + 1);
  const next = [...behind, ...queued.filter((run) => !behind.includes(run))].slice(0, mostQueued);
  const { id, createdAt } = next.at(-1) ?? last;
  await cursors.set(queueCursor, JSON.stringify({ id, createdAt }));
  return next;
}

/** An issue that GitHub refuses to show is left out; where it can't be asked at all, that ends the look. */
async function carry(
  ports: Ports,
  intent: LabelIntent | AssignmentIntent | ChangeIntent,
  options: ReconcileOptions,
): Promise<void> {
  try {
    const note = await carryIntent(ports, intent, options);
    if (note.startsWith('run ') && !note.endsWith('there')) {
      options.log(`found without a delivery: ${intent.repository}#${intent.issue}: ${note}`);
    }
  } catch (error) {
    if (!(error instanceof DomainError) || error instanceof ForgeUnavailable) throw error;
    if (error instanceof StorageFailed) throw error;
    options.log(`${intent.repository}#${intent.issue}: ${error.name}: ${error.message}`);
  }
}

/** One repository that can't be read does not keep the others from being looked at. */
async function told(
  { log }: ReconcileOptions,
  what: string,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError) || error instanceof StorageFailed) throw error;
    log(`${what} can't be reconciled now: ${error.name}: ${error.message}`);
    return 0;
  }
}
