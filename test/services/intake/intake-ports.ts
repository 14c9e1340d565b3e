import type { Forge } from '../../../lib/domain/forge.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { sqliteStores } from '../../../lib/local/store/stores.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';

/** What intake does needs stores, clock and forge alone: SQLite in a new folder, and the forge given. */
export async function intakePorts(forge: Forge): Promise<{ ports: Ports; close: () => void }> {
  const folder = freshFolder();
  const database = openDatabase(folder);
  const signer = await openSigner(folder);
  const stores = sqliteStores(database, { ledgerDir: `${folder}/ledger`, signer });
  const clock = { now: () => Date.now() };
  const ports = { ...stores, clock, forgeOf: () => forge } as unknown as Ports;
  return { ports, close: () => database.close() };
}
