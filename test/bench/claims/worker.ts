// One of the processes that fight for claims: `node worker.ts DATA_DIR NAME`; told by message what to do until when.
import { ClaimHeld } from '../../../lib/domain/errors.ts';
import { sqliteClaimStore } from '../../../lib/local/store/claim-store.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';

/** `raw`: one conditional statement to take, one to release, and nothing else. */
export type Kind = 'claims' | 'raw';

const [dataDir = '', name = ''] = process.argv.slice(2);
const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const leaseMs = 120_000;

const database = openDatabase(dataDir);
database.run(
  'CREATE TABLE IF NOT EXISTS raw (key TEXT PRIMARY KEY, owner TEXT, fence INTEGER NOT NULL) STRICT, WITHOUT ROWID',
);
for (const key of keys) {
  database.run('INSERT INTO raw VALUES (?, NULL, 0) ON CONFLICT DO NOTHING', key);
}
const store = sqliteClaimStore(database);

const ways: Record<Kind, (key: string) => Promise<boolean>> = {
  claims: async (key) => {
    const now = Date.now();
    try {
      const { fence } = await store.acquire({ key, run: name, now, until: now + leaseMs }, []);
      await store.release(key, name, fence, []);
      return true;
    } catch (error) {
      if (error instanceof ClaimHeld) return false;
      throw error;
    }
  },
  raw: async (key) => {
    const take = 'UPDATE raw SET owner = ?, fence = fence + 1 WHERE key = ? AND owner IS NULL';
    if (database.run(take, name, key) === 0) return false;
    database.run('UPDATE raw SET owner = NULL WHERE key = ? AND owner = ?', key, name);
    return true;
  },
};

process.on('message', async ({ kind, until }: { kind: Kind; until: number }) => {
  let count = 0;
  while (Date.now() < until) {
    const key = keys[Math.floor(Math.random() * keys.length)] ?? '';
    if (await ways[kind](key)) count += 1;
  }
  process.send?.(count);
});
process.send?.('ready');
