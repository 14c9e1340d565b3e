import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhooks } from '@octokit/webhooks';
import { type Body, bodyReader } from '../../../lib/local/server/body.ts';
import { startWebhookServer } from '../../../lib/local/server/webhook-server.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { type StorePorts, sqliteStores } from '../../../lib/local/store/stores.ts';
import { examples } from '../../services/intake/payloads.ts';

const current = 'current-secret-current-secret-0123456789';
const previous = 'previous-secret-previous-secret-0123456789';
let dataDir: string;
let stores: StorePorts;
let server: Awaited<ReturnType<typeof startWebhookServer>>;
let close: () => void;
let accepted = 0;
let lines: string[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'entropy-webhook-'));
  const database = openDatabase(dataDir);
  stores = sqliteStores(database, {
    ledgerDir: join(dataDir, 'ledger'),
    signer: await openSigner(dataDir),
  });
  close = () => database.close();
  accepted = 0;
  lines = [];
  server = await startWebhookServer({
    inbox: stores.inbox,
    secrets: [current, previous],
    port: 0,
    onAccepted: () => {
      accepted++;
    },
    health: async () => ({ status: 'ok', version: '1' }),
    log: (line) => void lines.push(line),
  });
});
afterEach(async () => {
  await server.close();
  close();
  rmSync(dataDir, { recursive: true });
});

const labelled = (changes: Record<string, unknown> = {}) => ({
  action: 'labeled',
  label: { name: 'entropy' },
  issue: { number: 7, updated_at: '2026-01-01T00:00:00Z' },
  repository: { full_name: 'ada/engine' },
  sender: { login: 'ada', type: 'User' },
  ...changes,
});

interface Sent {
  body?: string | Uint8Array;
  secret?: string;
  headers?: Record<string, string>;
}
async function send({
  body = JSON.stringify(labelled()),
  secret = current,
  headers = {},
}: Sent = {}) {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const response = await fetch(`${server.url}/github/webhook`, {
    method: 'POST',
    body: body as never,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': signature,
      ...headers,
    },
  });
  return { status: response.status, ...((await response.json()) as { message: string }) };
}
const pending = () => stores.inbox.pending(10);

describe('POST /github/webhook', () => {
  test('stores a labelled issue before it answers 202', async () => {
    expect(await send()).toEqual({ status: 202, message: 'accepted' });
    expect(accepted).toBe(1);
    expect(await pending()).toMatchObject([
      { intent: { repository: 'ada/engine', issue: 7, label: 'entropy', sender: 'ada' } },
    ]);
  });

  test('takes the previous secret while it is rotated, and no other', async () => {
    expect((await send({ secret: previous })).status).toBe(202);
    expect((await send({ secret: 'another-secret-another-secret-01234567' })).status).toBe(401);
    expect((await send({ headers: { 'x-hub-signature-256': '' } })).status).toBe(401);
    expect((await send({ headers: { 'x-hub-signature-256': 'sha1=00' } })).status).toBe(401);
  });

  test('holds the signature against the bytes, not against what they mean', async () => {
    const body = JSON.stringify(labelled());
    const signature = `sha256=${createHmac('sha256', current).update(body).digest('hex')}`;
    const spaced = await send({ body: `${body} `, headers: { 'x-hub-signature-256': signature } });
    expect(spaced.status).toBe(401);
    const bytes = new Uint8Array([0xff, 0xfe, 0x7b, 0x7d]);
    expect(await send({ body: bytes })).toEqual({ status: 400, message: 'the body is not UTF-8' });
    const bom = await send({ body: `\ufeff${body}` });
    expect(bom).toEqual({ status: 400, message: 'the body is not JSON' });
    expect(await pending()).toHaveLength(0);
  });

  test('sees a repeat by delivery, by body and by meaning', async () => {
    const headers = { 'x-github-delivery': 'the-same' };
    await send({ headers });
    expect((await send({ headers })).message).toBe('seen before');
    expect((await send()).message).toBe('seen before');
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(labelled()).reverse()));
    expect((await send({ body: reordered })).message).toBe('seen before');
    expect(await pending()).toHaveLength(1);
    expect(accepted).toBe(1);
  });

  test('a re-label is a new trigger', async () => {
    await send();
    const again = labelled({ issue: { number: 7, updated_at: '2026-01-02T00:00:00Z' } });
    expect((await send({ body: JSON.stringify(again) })).message).toBe('accepted');
  });

  test.each([
    ['a bot', labelled({ sender: { login: 'x[bot]', type: 'Bot' } }), 'bots never trigger'],
    ['a pull request', labelled({ issue: { number: 7, pull_request: {} } }), 'a pull request'],
    ['another action', labelled({ action: 'opened' }), 'not an event'],
    ['a path for a name', labelled({ repository: { full_name: '../../etc' } }), 'lacks'],
    ['no issue', labelled({ issue: undefined }), 'lacks'],
    ['null', null, 'not an event'],
  ])('ignores %s', async (_name, payload, reason) => {
    const answer = await send({ body: JSON.stringify(payload) });
    expect(answer).toMatchObject({ status: 202, message: expect.stringContaining(reason) });
    expect(await pending()).toHaveLength(0);
  });

  test('refuses what is no delivery', async () => {
    expect((await send({ headers: { 'x-github-delivery': '' } })).status).toBe(400);
    expect((await send({ body: 'not json' })).status).toBe(400);
    expect((await fetch(`${server.url}/other`)).status).toBe(404);
    expect((await fetch(`${server.url}/github/webhook`)).status).toBe(405);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test('knows both content types that a webhook can be set to, and says so of others', async () => {
    const form = 'application/x-www-form-urlencoded';
    const body = new URLSearchParams({ payload: JSON.stringify(labelled()) }).toString();
    const sent = await send({ body, headers: { 'content-type': form } });
    expect(sent).toEqual({ status: 202, message: 'accepted' });
    expect(await pending()).toMatchObject([{ intent: { issue: 7, label: 'entropy' } }]);
    const none = await send({ body: 'other=1', headers: { 'content-type': form } });
    expect(none).toEqual({ status: 400, message: 'the form has no payload' });
    for (const type of ['text/plain', 'application/xml', 'application/jsonp', '']) {
      const refused = await send({ headers: { 'content-type': type } });
      expect(refused).toMatchObject({
        status: 415,
        message: expect.stringMatching(/set the webhook/),
      });
    }
    expect((await send({ headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
    const charset = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await send({ headers: charset })).message).toBe('seen before');
  });

  test('answers a ping, and tells of a delivery in one line whatever it calls itself', async () => {
    const ping = { 'x-github-event': 'ping' };
    expect(await send({ body: '{"zen":"x"}', headers: ping })).toEqual({
      ...{ status: 200, message: 'pong' },
    });
    expect((await send({ headers: { 'x-github-delivery': 'a b' } })).status).toBe(400);
    expect((await send({ headers: { 'x-github-event': 'is-sues' } })).status).toBe(400);
    await send({ headers: { 'x-github-delivery': 'the-id' } });
    await send({ secret: 'another-secret-another-secret-01234567' });
    expect(lines.at(-1)).toBe('delivery the-id issues: 202 accepted');
  });

  test("takes what GitHub's own library signs", async () => {
    const body = JSON.stringify(labelled({ note: 'é🙂' }));
    const signature = await new Webhooks({ secret: previous }).sign(body);
    const sent = await send({ body, headers: { 'x-hub-signature-256': signature } });
    expect(sent.message).toBe('accepted');
    const upper = { 'x-hub-signature-256': signature.toUpperCase() };
    expect((await send({ body, headers: upper })).status).toBe(401);
  });
});

/** Sends more than is allowed, in its own way; gives the status and how much could be sent by then. */
async function sendTooMuch(
  headers: Record<string, string>,
): Promise<{ status: number; continued: boolean }> {
  const request = httpRequest(`${server.url}/github/webhook`, { method: 'POST', headers });
  let continued = false;
  request.on('continue', () => {
    continued = true;
  });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  const chunk = Buffer.alloc(1024 * 1024);
  request.on('error', () => undefined);
  if (headers.expect === undefined) for (let sent = 0; sent < 27; sent++) request.write(chunk);
  else request.flushHeaders();
  const [response] = await answered;
  request.destroy();
  return { status: response.statusCode ?? 0, continued };
}

describe('a body over 25 MB', () => {
  test('is refused by what it says of itself, before it is sent', async () => {
    const length = { 'content-length': String(27 * 1024 * 1024) };
    expect(await sendTooMuch(length)).toMatchObject({ status: 413 });
    const asks = { ...length, expect: '100-continue' };
    expect(await sendTooMuch(asks)).toEqual({ status: 413, continued: false });
  });

  test('is refused as soon as it gets too large, where it does not say', async () => {
    expect(await sendTooMuch({ 'transfer-encoding': 'chunked' })).toMatchObject({ status: 413 });
    expect((await send()).message).toBe('accepted');
  });

  test('is refused where many together would fill the memory, and room is made again', async () => {
    const withBody = bodyReader({ maxBytes: 100, maxHeld: 150 });
    const from = (size: number) =>
      Readable.from([Buffer.alloc(size / 2), Buffer.alloc(size / 2)]) as IncomingMessage;
    const read = (size: number, work = async (body: Body) => body) =>
      withBody(Object.assign(from(size), { headers: {} }), work);
    let free = () => {};
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    const first = read(100, async (body) => held.then(() => body));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await read(60)).toEqual({ refused: 503 });
    expect(await read(40)).toMatchObject({ bytes: Buffer.alloc(40) });
    free();
    expect(await first).toMatchObject({ bytes: Buffer.alloc(100) });
    expect(await read(60)).toMatchObject({ bytes: Buffer.alloc(60) });
    expect(await read(120)).toEqual({ refused: 413 });
  });
});

test("every example of GitHub's is answered, and kept only where it means something", async () => {
  const kept = new Set<string>();
  for (const { event, payload } of examples) {
    const body = JSON.stringify(payload);
    const answer = await send({ body, headers: { 'x-github-event': event } });
    expect(answer.status).toBe(event === 'ping' ? 200 : 202);
    if (answer.message === 'accepted') kept.add(`${event}.${payload.action}`);
  }
  expect([...kept].filter((name) => !/^issues\.|^issue_comment\.created$/.test(name))).toEqual([]);
  const all = await stores.inbox.pending(10_000);
  expect(all.length).toBeGreaterThan(kept.size);
  expect(all.every(({ intent }) => typeof intent.repository === 'string')).toBe(true);
});
