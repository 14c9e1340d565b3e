import { join } from 'node:path';
import { openSigner } from '../../../lib/local/signer.ts';
import { type Database, openDatabase } from '../../../lib/local/store/database.ts';
import { type StorePorts, sqliteStores } from '../../../lib/local/store/stores.ts';

export interface OpenStores extends StorePorts {
  readonly dataDir: string;
  readonly database: Database;
  readonly publicKey: string;
}

/** Stores on the database of that folder, or on what `through` makes of it. The caller closes it. */
export async function openStores(
  dataDir: string,
  through: (database: Database) => Database = (database) => database,
): Promise<OpenStores> {
  const database = through(openDatabase(dataDir));
  const signer = await openSigner(dataDir);
  const stores = sqliteStores(database, { ledgerDir: join(dataDir, 'ledger'), signer });
  return { ...stores, dataDir, database, publicKey: signer.publicKey };
}
