import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { verifyFolder } from '../../../lib/local/ledger/verify-folder.ts';
import { dataFolder } from './open-stores.ts';
import { openStores } from './open-stores-at.ts';

const dataDir = dataFolder();
const writer = new URL('./crash-writer.ts', import.meta.url).pathname;
const kills = 20;
const joint = 'r-joint';
const own = ['r-one', 'r-two'];

const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

function startWriter(run: string): ChildProcess {
  const child = spawn(process.execPath, [writer, dataDir, run, joint], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  return child;
}

/** Some are killed while they still open the database, most while they write. */
async function untilWriting(child: ChildProcess, n: number): Promise<void> {
  if (n % 4 === 0) await sleep(Math.random() * 300);
  else if (child.stdout) await once(child.stdout, 'data');
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

async function checkWhatIsThere(): Promise<number> {
  const { runs, ledger, database, publicKey } = await openStores(dataDir);
  try {
    expect(database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
    const seen = await ledger.events(joint);
    let written = 0;
    for (const run of own) {
      const stored = await runs.get(run);
      const count = Number(stored?.note ?? 0);
      const told = (await ledger.events(run)).map(({ kind, data }) => [kind, data?.count]);
      // Each state has both of its events, and there is no event without its state.
      const counted = Array.from({ length: count }, (_, n) => [
        ['counted', n + 1],
        ['counted.twice', n + 1],
      ]).flat();
      expect(told).toEqual(stored === undefined ? [] : [['run.created', undefined], ...counted]);
      // Written right after the state: at most the last one is missing.
      const known = seen.filter(({ data }) => data?.by === run).length;
      expect([count, count - 1]).toContain(known + missedBefore(run, count - known));
      written += count;
    }
    for (const run of [...own, joint]) {
      if ((await ledger.events(run)).length === 0) continue;
      await ledger.flush(run);
      const found = await verifyFolder(join(dataDir, 'ledger', run), publicKey, { run });
      expect(found).toMatchObject({ ok: true, events: (await ledger.events(run)).length });
    }
    expect(database.all('SELECT * FROM outbox')).toEqual([]);
    return written;
  } finally {
    database.close();
  }
}

/** Counts that earlier kills cut off between the state and the joint run's event. */
const missed = new Map<string, number>();
function missedBefore(run: string, now: number): number {
  const before = missed.get(run) ?? 0;
  missed.set(run, now);
  return before;
}

test('killed at any point, states, events and files agree', async () => {
  let written = 0;
  for (let n = 0; n < kills; n += 1) {
    const writers = own.map(startWriter);
    await Promise.all(writers.map((child) => untilWriting(child, n)));
    for (const child of writers) {
      await sleep(Math.random() * 50);
      await kill(child);
    }
    const now = await checkWhatIsThere();
    expect(now).toBeGreaterThanOrEqual(written);
    written = now;
  }
  expect(written).toBeGreaterThan(kills);
  const { ledger, database, publicKey } = await openStores(dataDir);
  for (const run of [...own, joint]) {
    await ledger.seal(run, { outcome: 'merged', models: [], definition: '' });
    const folder = join(dataDir, 'ledger', run);
    expect(await verifyFolder(folder, publicKey, { run, sealed: true })).toMatchObject({
      ok: true,
      sealed: true,
    });
    expect(readdirSync(folder).sort()).toEqual(
      expect.arrayContaining(['checkpoint.json', 'ledger.pub.pem', 'manifest.json']),
    );
  }
  database.close();
}, 120_000);
