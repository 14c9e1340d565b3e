import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Run, RunStatus } from '../../../lib/domain/run.ts';
import { mirrorPathOf, sourceMirror } from '../../../lib/local/source/mirror.ts';
import { collect } from '../../../lib/local/upkeep/collect.ts';
import { openJournal } from '../../../lib/local/walker/journal.ts';
import { aRun, event } from '../../contract/examples.ts';
import { inRepository, repositoryOf } from '../source/git-fixture.ts';
import { dataFolder } from '../store/open-stores.ts';
import { type OpenStores, openStores } from '../store/open-stores-at.ts';

const root = dataFolder();
const now = 1_800_000_000_000;
const before = now - 30 * 24 * 3_600_000;
const opened: OpenStores[] = [];
afterAll(() => {
  for (const { database } of opened) database.close();
});

/** Stores with one run of each name: what it left on the disk, in the database and in a mirror. */
async function worldOf(
  name: string,
  runs: Record<string, { status: RunStatus; settledAt?: number; repo: string }>,
) {
  const dataDir = join(root, name);
  const stores = await openStores(dataDir);
  opened.push(stores);
  const journal = openJournal(dataDir);
  const source = sourceMirror({ dataDir });
  for (const [id, { repo, status, settledAt }] of Object.entries(runs)) {
    const repository = { forge: 'local', name: repo } as const;
    const ended = settledAt === undefined ? {} : { settledAt, outcome: 'failed' as const };
    const run: Run = { ...aRun(id), repository, status, ...ended };
    await stores.runs.create(run, [event('run.queued')]);
    await source.pin({ id, repository });
    for (const folder of ['work', 'runs']) {
      mkdirSync(join(dataDir, folder, id), { recursive: true });
      writeFileSync(join(dataDir, folder, id, 'file'), 'x'.repeat(10_000));
    }
    journal.begin(id, { digest: 'd', input: {}, startedAt: 1 });
    if (status === 'settled') {
      await stores.ledger.seal(id, { outcome: 'failed', models: [], definition: 'd' });
    }
  }
  journal.close();
  const given = { dataDir, before, now, ledgers: false, dryRun: false };
  return { ...stores, dataDir, source, given };
}

const old = before - 1;
const there = (dataDir: string, id: string) =>
  ['work', 'runs', 'ledger'].filter((folder) => existsSync(join(dataDir, folder, id)));

test('what old settled runs left goes; ledgers and all other runs stay as they are', async () => {
  const [one, two] = [repositoryOf({ a: '1' }), repositoryOf({ a: '2' })];
  const world = await worldOf('mixed', {
    'r-old': { status: 'settled', settledAt: old, repo: one },
    'r-alone': { status: 'settled', settledAt: old, repo: two },
    'r-new': { status: 'settled', settledAt: before + 1, repo: one },
    'r-runs': { status: 'running', repo: one },
    'r-ends': { status: 'ending', settledAt: old, repo: one },
    'r-waits': { status: 'queued', repo: one },
  });
  const { dataDir, database, runs, ledger, given } = world;
  const dry = await collect(database, { ...given, dryRun: true });
  expect(dry).toMatchObject({ runs: 2, mirrors: 0, folderBytes: expect.any(Number) });
  expect(there(dataDir, 'r-old')).toEqual(['work', 'runs', 'ledger']);

  const went = await collect(database, given);
  expect(went).toMatchObject({ runs: 2, mirrors: 1, ledgers: 0, folderBytes: dry.folderBytes });
  expect(went.after.work).toBeLessThan(went.before.work);
  expect(went.after.ledger).toBe(went.before.ledger);
  for (const id of ['r-old', 'r-alone']) {
    expect(there(dataDir, id)).toEqual(['ledger']);
    expect(await runs.get(id)).toMatchObject({ status: 'settled', collectedAt: now });
    expect(await ledger.events(id)).toEqual([]);
  }
  for (const id of ['r-new', 'r-runs', 'r-ends', 'r-waits']) {
    expect(there(dataDir, id).slice(0, 2)).toEqual(['work', 'runs']);
    expect((await runs.get(id))?.collectedAt).toBeUndefined();
    expect(await ledger.events(id)).toHaveLength(1);
  }
  const shared = mirrorPathOf(dataDir, { forge: 'local', name: one });
  const refs = inRepository(shared, 'for-each-ref', '--format=%(refname)');
  expect(refs).not.toContain('r-old');
  expect(refs.match(/refs\/entropy\//g)).toHaveLength(4);
  expect(existsSync(mirrorPathOf(dataDir, { forge: 'local', name: two }))).toBe(false);

  expect(await collect(database, given)).toMatchObject({ runs: 0, mirrors: 0, folderBytes: 0 });
  // Seal and fence stay, so that nothing is written after the end.
  await expect(ledger.append('r-old', [event('late')])).rejects.toMatchObject({
    name: 'LedgerConflict',
  });
});

test('ledgers go only where that is asked for, also of runs whose records went before', async () => {
  const repo = repositoryOf({ a: '1' });
  const world = await worldOf('ledgers', {
    'r-old': { status: 'settled', settledAt: old, repo },
    'r-runs': { status: 'running', repo },
  });
  const { dataDir, database, ledger, given } = world;
  await ledger.flush('r-runs');
  await collect(database, given);
  expect(there(dataDir, 'r-old')).toEqual(['ledger']);
  expect(await collect(database, { ...given, ledgers: true })).toMatchObject({
    runs: 0,
    ledgers: 1,
  });
  expect(there(dataDir, 'r-old')).toEqual([]);
  expect(there(dataDir, 'r-runs')).toEqual(['work', 'runs', 'ledger']);
});

test('a run whose events are not all copied out keeps them', async () => {
  const repo = repositoryOf({ a: '1' });
  const world = await worldOf('uncopied', { 'r-old': { status: 'settled', settledAt: old, repo } });
  const { database, ledger, given } = world;
  database.run(`INSERT INTO outbox (run, seq) VALUES ('r-old', 1)`);
  expect(await collect(database, given)).toMatchObject({ runs: 0 });
  expect(await ledger.events('r-old')).toHaveLength(1);
});

test('replays that nobody writes to, and deliveries that are done', async () => {
  const { dataDir, database, inbox, given } = await worldOf('others', {});
  for (const name of ['r-1-a', 'r-2-b']) {
    mkdirSync(join(dataDir, 'replays', name), { recursive: true });
    writeFileSync(join(dataDir, 'replays', name, 'entropy.db'), '');
    utimesSync(join(dataDir, 'replays', name), old / 1000, old / 1000);
  }
  utimesSync(join(dataDir, 'replays', 'r-1-a', 'entropy.db'), old / 1000, old / 1000);
  utimesSync(join(dataDir, 'replays', 'r-2-b', 'entropy.db'), now / 1000, now / 1000);
  const delivery = (id: string, receivedAt: number) => ({
    ...{ id, bodyHash: id, semanticKey: id, event: 'issues', intent: {}, receivedAt },
  });
  for (const [id, at] of [
    ['done', old],
    ['new', now],
    ['waits', old],
  ] as const) {
    await inbox.accept(delivery(id, at));
    if (id !== 'waits') await inbox.done(id, 'done');
  }
  // Replies to comments that no run came of: one is written, one is on its way.
  const effect = 'INSERT INTO effects (key, run, kind, receipt) VALUES (?, ?, ?, ?)';
  database.run(effect, 'r-none/comment/reply', 'r-none', 'comment', '{}');
  database.run(effect, 'r-nil/comment/reply', 'r-nil', 'comment', null);
  expect(await collect(database, given)).toMatchObject({ replays: 1, deliveries: 1 });
  expect(database.all('SELECT run FROM effects')).toMatchObject([{ run: 'r-nil' }]);
  expect(existsSync(join(dataDir, 'replays', 'r-1-a'))).toBe(false);
  expect(existsSync(join(dataDir, 'replays', 'r-2-b'))).toBe(true);
  // Whatever age the runs are to have, a delivery that is seen again soon is still known.
  expect(await collect(database, { ...given, before: now + 1 })).toMatchObject({ deliveries: 0 });
  expect(await inbox.accept(delivery('new', now))).toBe(false);
  expect((await inbox.pending(10)).map(({ id }) => id)).toEqual(['waits']);
});
