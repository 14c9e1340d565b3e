import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { Delivery } from '../../../lib/domain/ports.ts';
import { intentOf } from '../../../lib/domain/webhook-intent.ts';
import { anyDelivery } from '../../services/intake/payloads.ts';

/** The secrets that the server has, current first. */
export const secrets = [
  'current-secret-current-secret-0123456789',
  'previous-secret-previous-secret-0123456789',
] as const;

/** What goes over the wire. */
export interface Sent {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What must come of it: `kept` is what the inbox has of it, if nothing of the like was seen before. */
export interface Expected {
  readonly status: number;
  /** The answer's text, or how it begins. */
  readonly message: string;
  readonly kept?: Pick<Delivery, 'id' | 'event' | 'bodyHash' | 'intent'>;
  /** Of what is kept: the same meaning, the same text. */
  readonly meaning?: string;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const signed = (secret: string, body: Buffer) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** How a delivery is sent: as GitHub does, or in a way that has to be turned away. */
const manners = [
  ...['current', 'previous', 'form', 'again', 'again under its own id', 'under the id of another'],
  ...['forged', 'unsigned', 'another body', 'sha1', 'capital letters'],
  ...[
    'gzip',
    'plain text',
    'latin1',
    'utf16',
    'cut off',
    'no id',
    'no event',
    'odd id',
    'bot',
    'ping',
  ],
] as const;
type Manner = (typeof manners)[number];

/** Twice as many that are as they should be. */
const manner = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Manner>('current', 'previous', 'form') },
  { weight: 3, arbitrary: fc.constantFrom<Manner>(...manners) },
);

/** As people make them: few issues, so that the same is said again. */
const plain = fc
  .record({
    event: fc.constantFrom('issues.labeled', 'issues.closed', 'issue_comment.created'),
    number: fc.integer({ min: 1, max: 400 }),
    second: fc.integer({ min: 0, max: 9 }),
    comment: fc.integer({ min: 1, max: 3000 }),
    body: fc.constantFrom('/entropy', '/entropy stop', 'Thanks \u00e9\ud83d\ude42!'),
    login: fc.constantFrom('ada', 'robin'),
  })
  .map(({ event, number, second, comment, body, login }) => {
    const [name = '', action] = event.split('.');
    const payload = {
      ...{ action, label: { name: 'entropy' }, comment: { id: comment, body } },
      issue: { number, updated_at: `2026-01-01T00:00:0${second}Z`, state: 'open', labels: [] },
      ...{ repository: { full_name: 'ada/engine' }, sender: { login, type: 'User' } },
    };
    return { event: name, payload: payload as unknown };
  });

/** So far back lies what is sent again: out of reach of what is sent at the same time. */
const back = 120;

/** So many deliveries, the same for the same seed, each with what must come of it. */
export function* generatedDeliveries(count: number, seed: number): Iterable<[Sent, Expected]> {
  const any = fc.oneof(anyDelivery, plain);
  const good: [Sent, Expected][] = [];
  for (const [n, [{ event, payload }, how]] of fc
    .sample(fc.tuple(any, manner), { numRuns: count, seed })
    .entries()) {
    const id = `generated-${n}`;
    const earlier = good.at(-back);
    if (earlier !== undefined && how.startsWith('again')) {
      yield sentAgain(earlier, how === 'again' ? id : earlier[0].id);
      continue;
    }
    const takesId = earlier !== undefined && how === 'under the id of another';
    const one = delivery(takesId ? earlier[0].id : id, event, payload, how);
    if (one[1].kept !== undefined) good.push(one);
    yield one;
  }
}

function sentAgain([sent, expected]: [Sent, Expected], id: string): [Sent, Expected] {
  const headers = { ...sent.headers, 'x-github-delivery': id };
  const kept = expected.kept && { ...expected.kept, id };
  return [
    { ...sent, id, headers },
    { ...expected, ...(kept && { kept }) },
  ];
}

function delivery(id: string, event: string, payload: unknown, how: Manner): [Sent, Expected] {
  const said = how === 'bot' ? byBot(payload) : payload;
  const name = how === 'ping' ? 'ping' : event;
  const { body, type, broken } = written(JSON.stringify(said), how);
  const headers: Record<string, string> = {
    'content-type': type,
    'x-github-event': how === 'no event' ? '' : name,
    'x-github-delivery': how === 'no id' ? '' : how === 'odd id' ? 'a b' : id,
    'x-hub-signature-256': signature(body, how),
    ...(how === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
  };
  const refused = refusals[how] ?? broken;
  if (refused !== undefined) {
    return [
      { id, headers, body },
      { status: refused[0], message: refused[1] },
    ];
  }
  return [{ id, headers, body }, answerTo({ id, name, said, body })];
}

const forged = [401, 'the signature does not match'] as const;
const unnamed = [400, 'X-GitHub-Delivery or X-GitHub-Event is missing'] as const;
const otherType = [415, "set the webhook's content type to application/json"] as const;
const refusals: Partial<Record<Manner, readonly [number, string]>> = {
  ...{ forged, unsigned: forged, 'another body': forged, sha1: forged, 'capital letters': forged },
  ...{ 'no id': unnamed, 'no event': unnamed, 'odd id': unnamed },
  ...{ gzip: otherType, 'plain text': otherType },
};

function signature(body: Buffer, how: Manner): string {
  const good = signed(how === 'previous' ? secrets[1] : secrets[0], body);
  if (how === 'forged') return signed('another-secret-another-secret-01234567', body);
  if (how === 'unsigned') return '';
  if (how === 'another body') return signed(secrets[0], Buffer.concat([body, Buffer.from(' ')]));
  if (how === 'sha1') return good.replace('sha256', 'sha1');
  return how === 'capital letters' ? good.toUpperCase() : good;
}

interface Written {
  readonly body: Buffer;
  readonly type: string;
  readonly broken?: readonly [number, string];
}

function written(json: string, how: Manner): Written {
  const type = how === 'plain text' ? 'text/plain' : 'application/json';
  const not = (what: string) => [400, `the body is not ${what}`] as const;
  switch (how) {
    case 'form': {
      const form = new URLSearchParams({ payload: json }).toString();
      return { body: Buffer.from(form), type: 'application/x-www-form-urlencoded' };
    }
    case 'latin1':
      return { body: Buffer.from(`${json}\u00e9`, 'latin1'), type, broken: not('UTF-8') };
    case 'utf16':
      return { body: Buffer.from(`\ufeff${json}`, 'utf16le'), type, broken: not('UTF-8') };
    case 'cut off':
      return { body: Buffer.from(`${json.slice(0, -1)}\u2026`), type, broken: not('JSON') };
    default:
      return { body: Buffer.from(json), type };
  }
}

function byBot(payload: unknown): unknown {
  const sender = { login: 'helper[bot]', type: 'Bot' };
  return typeof payload === 'object' && payload !== null ? { ...payload, sender } : payload;
}

/** By the rule alone, which has tests of its own. */
function answerTo(of: { id: string; name: string; said: unknown; body: Buffer }): Expected {
  const { id, name, body } = of;
  if (name === 'ping') return { status: 200, message: 'pong' };
  // As it is after the wire: what is undefined or no Unicode does not come through.
  const payload = JSON.parse(JSON.stringify(of.said)) as Record<string, unknown>;
  const intent = intentOf(name, payload);
  if (typeof intent === 'string') return { status: 202, message: `ignored: ${intent}` };
  const kept = { id, event: name, bodyHash: sha256(body), intent: { ...intent } };
  return { status: 202, message: 'accepted', kept, meaning: meaningOf(intent, payload) };
}

/** What tells one meaning from another: a comment by its id, all else by the issue as it is then. */
function meaningOf(intent: object, payload: Record<string, unknown>): string {
  const {
    kind,
    repository,
    issue,
    comment,
    command: _,
    sender,
    ...named
  } = intent as Record<string, unknown>;
  const about = [kind, repository, issue];
  if (kind === 'comment') return JSON.stringify([...about, comment]);
  const { updated_at, state, labels, assignees } = payload.issue as Record<string, unknown>;
  const then = [`${updated_at}`, state, labels, assignees];
  const what = kind === 'change' ? [payload.action] : [named, sender];
  return JSON.stringify([about, then, what]);
}
