import { join } from 'node:path';
import { openSigner } from '../../../lib/local/signer.ts';
import { type Database, openDatabase } from '../../../lib/local/store/database.ts';
import { type StorePorts, sqliteStores } from '../../../lib/local/store/stores.ts';

export interface OpenStores extends StorePorts {
  readonly dataDir: string;
  readonly database: Database;
  readonly publicKey: string;
}

/** Stores on the database of that folder. The caller closes it. */
export async function openStores(dataDir: string): Promise<OpenStores> {
  const database = openDatabase(dataDir);
  const signer = await openSigner(dataDir);
  const stores = sqliteStores(database, { ledgerDir: join(dataDir, 'ledger'), signer });
  return { ...stores, dataDir, database, publicKey: signer.publicKey };
}
