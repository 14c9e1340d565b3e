import { isUtf8 } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../domain/ledger.ts';
import type { InboxStore } from '../../domain/ports.ts';
import type { CommentIntent, TriggerIntent } from '../../domain/trigger.ts';
import { intentOf } from '../../domain/webhook-intent.ts';

/** GitHub's own limit of a webhook body, in bytes. */
export const maxWebhookBytes = 25 * 1024 * 1024;

/** A webhook request as it came in; header names in lower case. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}
/** The answer; its text never says more than a stranger may know. */
export interface WebhookAnswer {
  readonly status: 200 | 202 | 400 | 401 | 415;
  readonly message: string;
}

/**
 * Checks the signature over the raw bytes (current or previous secret), dedupes on delivery id, body and
 * meaning, and stores what may mean something before it answers 202.
 */
export async function receiveWebhook(
  { headers, body }: WebhookRequest,
  { inbox, secrets, now }: { inbox: InboxStore; secrets: readonly string[]; now: number },
): Promise<WebhookAnswer> {
  if (!signedByAny(secrets, body, headers['x-hub-signature-256'] ?? '')) {
    return { status: 401, message: 'the signature does not match' };
  }
  const id = headers['x-github-delivery'] ?? '';
  const event = headers['x-github-event'] ?? '';
  if (!/^[\w-]{1,100}$/.test(id) || !/^\w{1,100}$/.test(event)) {
    return { status: 400, message: 'X-GitHub-Delivery or X-GitHub-Event is missing' };
  }
  const read = payloadOf(headers, body);
  if ('status' in read) return read;
  if (event === 'ping') return { status: 200, message: 'pong' };
  const intent = intentOf(event, read.payload);
  if (typeof intent === 'string') return { status: 202, message: `ignored: ${intent}` };
  const accepted = await inbox.accept({
    id,
    event,
    bodyHash: sha256(body),
    semanticKey: semanticKey(intent, read.payload),
    intent: { ...intent },
    receivedAt: now,
  });
  return { status: 202, message: accepted ? 'accepted' : 'seen before' };
}

/** All secrets are tried, so that the time taken does not tell which one fits. */
function signedByAny(secrets: readonly string[], body: Uint8Array, signature: string): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  return secrets
    .map((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given))
    .includes(true);
}

/** Both content types that a webhook can be set to. */
function payloadOf(
  headers: WebhookRequest['headers'],
  body: Uint8Array,
): { payload: unknown } | WebhookAnswer {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const form = type === 'application/x-www-form-urlencoded';
  if (headers['content-encoding'] !== undefined || (!form && type !== 'application/json')) {
    const message =
      "set the webhook's content type to application/json, and leave its encoding alone";
    return { status: 415, message };
  }
  const text = decode(body);
  if (text === undefined) return { status: 400, message: 'the body is not UTF-8' };
  const json = form ? new URLSearchParams(text).get('payload') : text;
  if (json === null) return { status: 400, message: 'the form has no payload' };
  try {
    return { payload: JSON.parse(json) as unknown };
  } catch {
    return { status: 400, message: 'the body is not JSON' };
  }
}

function decode(body: Uint8Array): string | undefined {
  if (!isUtf8(body)) return undefined;
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}

/**
 * Same meaning, same key. What tells a re-label from a repeat is the issue as it is then: GitHub gives
 * `updated_at` in whole seconds, and much can happen in one: somebody who may trigger can repeat what
 * somebody who may not has just done.
 */
function semanticKey(intent: TriggerIntent, payload: unknown): string {
  const { action, issue } = payload as { action?: unknown; issue?: IssueThen };
  const about = `${intent.kind}:${intent.repository}#${intent.issue}`;
  const { updated_at, state, labels, assignees } = issue ?? {};
  const at = `${updated_at}/${sha256(JSON.stringify([state, labels, assignees])).slice(0, 16)}`;
  switch (intent.kind) {
    case 'label':
      return `${about}:${intent.label}@${at}:${intent.sender}`;
    case 'assignment':
      return `${about}:${intent.assignee}@${at}:${intent.sender}`;
    case 'comment':
      return commentKey(intent);
    case 'change':
      return `${about}:${action}@${at}`;
  }
}

/** The same however a comment became known. */
export function commentKey({ repository, issue, comment }: CommentIntent): string {
  return `comment:${repository}#${issue}:${comment}`;
}

interface IssueThen {
  readonly updated_at?: unknown;
  readonly state?: unknown;
  readonly labels?: unknown;
  readonly assignees?: unknown;
}
