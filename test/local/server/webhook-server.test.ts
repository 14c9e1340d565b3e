import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startWebhookServer } from '../../../lib/local/server/webhook-server.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { type StorePorts, sqliteStores } from '../../../lib/local/store/stores.ts';

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

  test('refuses more than 25 MB before it is read', async () => {
    const body = new Uint8Array(25 * 1024 * 1024 + 1);
    const status = await send({ body }).then(
      (answer) => answer.status,
      // The server may close while the client still writes.
      () => 413,
    );
    expect(status).toBe(413);
  });
});
