import { hash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NewEvent } from '../../lib/domain/ledger.ts';
import { verifyFolder } from '../../lib/local/ledger/verify-folder.ts';
import { openSigner } from '../../lib/local/signer.ts';
import { openDatabase } from '../../lib/local/store/database.ts';
import { sqliteStores } from '../../lib/local/store/stores.ts';
import { type Benchmark, median, rounds } from './benchmark.ts';
import { figure } from './figure.ts';

/** A turn's payload in bytes: a reply that holds a small file. */
const payloadBytes = 8_000;
const megabyte = 1024 ** 2;

/** A run's ledger written and verified, in bytes a second, beside SHA-256 alone over the same files. */
export const ledger: Benchmark = async ({ quick, folder, say }) => {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const database = openDatabase(dataDir);
  const signer = await openSigner(dataDir);
  const ledgerDir = join(dataDir, 'ledger');
  const stores = sqliteStores(database, { ledgerDir, signer });
  const turnCount = quick ? 50 : 300;
  const folderOf = (round: number) => join(ledgerDir, `r-${round}`);
  const rate = async (round: number, work: () => Promise<unknown> | unknown) => {
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    return bytesIn(folderOf(round)) / megabyte / seconds;
  };
  const measures = {
    append: (round: number) =>
      rate(round, async () => {
        for (let turn = 0; turn < turnCount; turn += 1) {
          const payload = await stores.ledger.putPayload(`r-${round}`, randomBytes(payloadBytes));
          await stores.ledger.append(`r-${round}`, eventsOf(turn, payload));
        }
        await stores.ledger.seal(`r-${round}`, { outcome: 'merged', models: [], definition: '' });
      }),
    verify: (round: number) =>
      rate(round, async () => {
        const { ok, problems } = await verifyFolder(folderOf(round), signer.publicKey);
        if (!ok) throw new Error(problems[0]?.reason);
      }),
    sha256: (round: number) =>
      rate(round, () => {
        for (const path of filesIn(folderOf(round))) hash('sha256', readFileSync(path));
      }),
  };
  const taken = await rounds(quick ? 3 : 7, measures, { warm: true, say });
  database.close();
  const peer = ['SHA-256 over the same files', median(taken.sha256)] as const;
  const common = { unit: 'MiB/s', peer, goal: ['ratio', 'least', 0.5] } as const;
  return [
    figure({ name: 'ledger: append, durably', value: median(taken.append), ...common }),
    figure({ name: 'ledger: verify', value: median(taken.verify), ...common }),
  ];
};

/** What a model turn with one tool call tells. */
function eventsOf(turn: number, reply: string): NewEvent[] {
  const facts = { turn, role: 'coder', round: 1, attempt: 1 };
  const usage = { input: 12_000, cacheRead: 11_000, cacheWrite: 500, output: 300 };
  const called = {
    model: 'a-model',
    provider: 'anthropic',
    requestHash: reply,
    requestBytes: 40_000,
  };
  return [
    {
      ...{ kind: 'model.called', actor: 'gateway', standing: 'observed', at: 0, fence: 1 },
      data: { ...facts, ...called, stop: 'tool', usage, dollars: 0.01, durationMs: 900, reply },
    },
    {
      ...{ kind: 'sandbox.tool.called', actor: 'sandbox', standing: 'claimed', at: 0, fence: 1 },
      data: { ...facts, name: 'view', path: 'src/index.js', durationMs: 3, isError: false },
    },
  ];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function bytesIn(folder: string): number {
  return filesIn(folder).reduce((sum, path) => sum + readFileSync(path).length, 0);
}
