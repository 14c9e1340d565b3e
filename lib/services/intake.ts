import { Webhooks } from '@octokit/webhooks';
import { DomainError, ForgeUnavailable } from '../domain/errors.ts';
import { sha256 } from '../domain/ledger.ts';
import type { Delivery, InboxStore, Ports } from '../domain/ports.ts';
import type { Run, RunSettings } from '../domain/run.ts';
import { runIdOf } from '../domain/run.ts';
import {
  decideTrigger,
  intentOf,
  type TriggerFacts,
  type TriggerIntent,
} from '../domain/trigger.ts';
import { enqueue } from './dispatcher.ts';

/** GitHub's own limit of a webhook body, in bytes. */
export const maxWebhookBytes = 25 * 1024 * 1024;

/** A webhook request as it came in; header names in lower case. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}
/** The answer; its text never says more than a stranger may know. */
export interface WebhookAnswer {
  readonly status: 202 | 400 | 401;
  readonly message: string;
}

/**
 * Checks the signature over the raw bytes (current or previous secret), dedupes on delivery id, body and
 * meaning, and stores what may start a run before it answers 202.
 */
export async function receiveWebhook(
  { headers, body }: WebhookRequest,
  { inbox, secrets, now }: { inbox: InboxStore; secrets: readonly string[]; now: number },
): Promise<WebhookAnswer> {
  const text = decode(body);
  const signature = headers['x-hub-signature-256'] ?? '';
  if (text === undefined || !(await signedByAny(secrets, text, signature))) {
    return { status: 401, message: 'the signature does not match' };
  }
  const id = headers['x-github-delivery'];
  const event = headers['x-github-event'];
  if (!id || !event)
    return { status: 400, message: 'X-GitHub-Delivery or X-GitHub-Event is missing' };
  const payload = parse(text);
  if (payload === undefined) return { status: 400, message: 'the body is not JSON' };
  const intent = intentOf(event, payload);
  if (typeof intent === 'string') return { status: 202, message: `ignored: ${intent}` };
  const accepted = await inbox.accept({
    id,
    event,
    bodyHash: sha256(body),
    semanticKey: `${semanticKey(intent)}@${updatedAt(payload)}`,
    intent: { ...intent },
    receivedAt: now,
  });
  return { status: 202, message: accepted ? 'accepted' : 'seen before' };
}

/** Where the facts about an intent are read. */
export type ReadTriggerFacts = (intent: TriggerIntent) => Promise<TriggerFacts>;

/** Turns stored deliveries into queued runs, on GitHub's own word. Safe to repeat. */
export async function drainInbox(
  ports: Ports,
  options: { readFacts: ReadTriggerFacts; settings: RunSettings },
): Promise<readonly Run[]> {
  const queued: Run[] = [];
  for (const delivery of await ports.inbox.pending(100)) {
    const decided = await decide(delivery, options.readFacts);
    if (decided === undefined) continue;
    if (typeof decided === 'string') {
      await ports.inbox.done(delivery.id, decided);
      continue;
    }
    const id = runIdOf(decided.repository, decided.issue, decided.trigger.id);
    const { created, run } = await enqueue(ports, { id, ...decided, settings: options.settings });
    await ports.inbox.done(delivery.id, created ? `run ${id}` : `run ${id}, which was there`);
    if (created) queued.push(run);
  }
  return queued;
}

/** The decision, or undefined where GitHub can't be asked now: the delivery stays for the next time. */
async function decide(delivery: Delivery, readFacts: ReadTriggerFacts) {
  const intent = delivery.intent as unknown as TriggerIntent;
  try {
    return decideTrigger(intent, await readFacts(intent));
  } catch (error) {
    if (error instanceof ForgeUnavailable) return undefined;
    if (error instanceof DomainError) return `${error.name}: ${error.message}`;
    throw error;
  }
}

function semanticKey(intent: TriggerIntent): string {
  return `${intent.kind}:${intent.repository}#${intent.issue}:${intent.label}`;
}

/** Tells a re-label from a repeated delivery: GitHub moves it at each change of the issue. */
function updatedAt(payload: unknown): string {
  return String((payload as { issue?: { updated_at?: unknown } }).issue?.updated_at);
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function signedByAny(secrets: readonly string[], text: string, signature: string) {
  let matched = false;
  for (const secret of secrets) {
    const valid = signature !== '' && (await new Webhooks({ secret }).verify(text, signature));
    matched = matched || valid;
  }
  return matched;
}
