import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { inspectDataFolder } from '../../../lib/local/upkeep/inspect-data-folder.ts';
import { dataFolder } from '../store/open-stores.ts';
import { openStores } from '../store/open-stores-at.ts';

const root = dataFolder();
const named = (dataDir: string, name: string) =>
  inspectDataFolder(dataDir).find((finding) => finding.name === name);

test('a folder that is not there yet is not made', () => {
  const dataDir = join(root, 'a', 'b');
  expect(named(dataDir, 'data folder')).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/made at the first use$/),
  });
  expect(named(dataDir, 'data folder')).toEqual(named(dataDir, 'data folder'));
  expect(named(root, 'disk')).toMatchObject({ state: expect.stringMatching(/ok|warning/) });
});

test('a folder that is a file is told', () => {
  const dataDir = join(root, 'file');
  writeFileSync(dataDir, '');
  expect(named(dataDir, 'data folder')).toMatchObject({ state: 'error', fix: expect.any(String) });
});

test('a database of this program, one of a newer one, and a key that others can read', async () => {
  const dataDir = join(root, 'used');
  const { database } = await openStores(dataDir);
  database.close();
  expect(named(dataDir, 'database')).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/^schema \d+$/),
  });
  const newer = new DatabaseSync(join(dataDir, 'entropy.db'));
  newer.exec('PRAGMA user_version = 999');
  newer.close();
  expect(named(dataDir, 'database')).toMatchObject({
    state: 'error',
    detail: expect.stringMatching(/^schema 999, /),
  });
  mkdirSync(join(dataDir, 'keys'), { recursive: true });
  const pem = join(dataDir, 'keys', 'ledger.pem');
  if (named(dataDir, 'ledger key') === undefined) writeFileSync(pem, '');
  chmodSync(pem, 0o644);
  expect(named(dataDir, 'ledger key')).toMatchObject({ state: 'error', fix: `chmod 600 ${pem}` });
  chmodSync(pem, 0o600);
  expect(named(dataDir, 'ledger key')).toMatchObject({ state: 'ok' });
});
