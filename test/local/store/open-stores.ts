import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { openSigner } from '../../../lib/local/signer.ts';
import { type Database, openDatabase } from '../../../lib/local/store/database.ts';
import { type StorePorts, sqliteStores } from '../../../lib/local/store/stores.ts';

export interface OpenStores extends StorePorts {
  readonly dataDir: string;
  readonly database: Database;
  readonly publicKey: string;
}

/** A data folder that is gone after the tests of the file. */
export function dataFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'entropy-store-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** Gives stores on an empty database of their own at each call; all are removed after the tests. */
export function storeMaker(): () => Promise<OpenStores> {
  const root = dataFolder();
  const opened: Database[] = [];
  afterAll(() => {
    for (const database of opened) database.close();
  });
  return async () => {
    const stores = await openStores(join(root, String(opened.length)));
    opened.push(stores.database);
    return stores;
  };
}

/** Stores on the database of that folder. The caller closes it. */
export async function openStores(dataDir: string): Promise<OpenStores> {
  const database = openDatabase(dataDir);
  const signer = await openSigner(dataDir);
  const stores = sqliteStores(database, { ledgerDir: join(dataDir, 'ledger'), signer });
  return { ...stores, dataDir, database, publicKey: signer.publicKey };
}
