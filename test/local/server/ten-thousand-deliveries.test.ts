import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWebhookServer } from '../../../lib/local/server/webhook-server.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { sqliteStores } from '../../../lib/local/store/stores.ts';
import { type Expected, generatedDeliveries, type Sent, secrets } from './generated-deliveries.ts';

const count = 10_000;
/** Sent at the same time, over as many connections as are kept open. */
const atOnce = 200;
const connections = 16;

const dataDir = mkdtempSync(join(tmpdir(), 'entropy-deliveries-'));
const agent = new Agent({ keepAlive: true, maxSockets: connections });
/** All that a delivery was sent over. */
const sockets = new Set<object>();
const lines: string[] = [];
let told = 0;
let server: Awaited<ReturnType<typeof startWebhookServer>>;
let close: () => void;

async function openInbox() {
  const database = openDatabase(dataDir);
  const signer = await openSigner(dataDir);
  const { inbox } = sqliteStores(database, { ledgerDir: join(dataDir, 'ledger'), signer });
  return { inbox, close: () => database.close() };
}

beforeAll(async () => {
  const opened = await openInbox();
  close = opened.close;
  server = await startWebhookServer({
    inbox: opened.inbox,
    secrets,
    port: 0,
    onAccepted: () => {
      told += 1;
    },
    health: async () => ({ status: 'ok', version: '1' }),
    log: (line) => void lines.push(line),
  });
});
afterAll(() => rmSync(dataDir, { recursive: true }));

function send({ headers, body }: Sent): Promise<{ status: number; message: string }> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(body.length) };
    const options = { method: 'POST', agent, headers: { ...headers, ...length } };
    const sending = request(`${server.url}/github/webhook`, options, async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      const { message } = JSON.parse(text) as { message: string };
      resolve({ status: answer.statusCode ?? 0, message });
    });
    sending.on('socket', (socket) => sockets.add(socket));
    sending.on('error', reject);
    sending.end(body);
  });
}

/** What was seen before: a delivery is known by its id, its body or its meaning. */
const seen = new Set<string>();
const marksOf = ({ kept, meaning }: Expected) =>
  kept === undefined ? [] : [`id ${kept.id}`, `body ${kept.bodyHash}`, `meaning ${meaning}`];

/** In batches in which nothing is known by what another has: in what order they come in is then no matter. */
function* batches(): Iterable<readonly [Sent, Expected][]> {
  let batch: [Sent, Expected][] = [];
  let within = new Set<string>();
  for (const one of generatedDeliveries(count, 20_260_101)) {
    const marks = marksOf(one[1]);
    if (batch.length === atOnce || marks.some((mark) => within.has(mark))) {
      yield batch;
      batch = [];
      within = new Set();
    }
    batch.push(one);
    for (const mark of marks) within.add(mark);
  }
  yield batch;
}

test('10,000 generated deliveries are each answered as they should be, and exactly the new ones are kept', async () => {
  const kept: Expected['kept'][] = [];
  const tally = new Map<string, number>();
  for (const batch of batches()) {
    const answers = await Promise.all(batch.map(([sent]) => send(sent)));
    const wrong = batch.flatMap(([sent, expected], n) => {
      const marks = marksOf(expected);
      const isNew = expected.kept !== undefined && !marks.some((mark) => seen.has(mark));
      if (isNew) kept.push(expected.kept);
      if (isNew) for (const mark of marks) seen.add(mark);
      const message = expected.kept === undefined || isNew ? expected.message : 'seen before';
      const answer = answers[n];
      const what = `${answer?.status} ${message.split(':')[0]}`;
      tally.set(what, (tally.get(what) ?? 0) + 1);
      const right = answer?.status === expected.status && answer.message.startsWith(message);
      return right ? [] : [{ id: sent.id, answer, expected: { ...expected, message } }];
    });
    expect(wrong).toEqual([]);
  }
  // All kinds came, and none of them but a few times.
  expect(Object.fromEntries(tally)).toEqual({
    '200 pong': expect.any(Number),
    '202 accepted': expect.any(Number),
    '202 ignored': expect.any(Number),
    '202 seen before': expect.any(Number),
    '400 X-GitHub-Delivery or X-GitHub-Event is missing': expect.any(Number),
    '400 the body is not JSON': expect.any(Number),
    '400 the body is not UTF-8': expect.any(Number),
    '401 the signature does not match': expect.any(Number),
    "415 set the webhook's content type to application/json": expect.any(Number),
  });
  expect(Math.min(...tally.values())).toBeGreaterThan(100);
  expect([...tally.values()].reduce((sum, one) => sum + one, 0)).toBe(count);
  expect(told).toBe(kept.length);
  expect(sockets.size).toBeLessThanOrEqual(connections);
  expect(lines.filter((line) => /error|fault/i.test(line))).toEqual([]);
  await server.close();
  close();
  agent.destroy();
  // What stands on the disk, as the next start finds it.
  const opened = await openInbox();
  const stored = await opened.inbox.pending(count);
  opened.close();
  const byId = <T extends { id: string } | undefined>(all: readonly T[]) =>
    all.toSorted((a, b) => String(a?.id).localeCompare(String(b?.id)));
  const known = stored.map(({ id, event, bodyHash, intent }) => ({ id, event, bodyHash, intent }));
  expect(byId(known)).toEqual(byId(kept));
}, 300_000);
