// The entry alone in a process of its own: `node our-entry.ts DATA_DIR SECRET`, see `child.ts`.
import { join } from 'node:path';
import { startWebhookServer } from '../../../lib/local/server/webhook-server.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { sqliteStores } from '../../../lib/local/store/stores.ts';
import { tellParent } from './child.ts';

const [dataDir = '', secret = ''] = process.argv.slice(2);
const signer = await openSigner(dataDir);
const { inbox } = sqliteStores(openDatabase(dataDir), {
  ledgerDir: join(dataDir, 'ledger'),
  signer,
});
const { url } = await startWebhookServer({
  inbox,
  secrets: [secret],
  port: 0,
  // Nobody drains the inbox here: what is measured ends with the 202.
  onAccepted: () => undefined,
  health: async () => ({ status: 'ok' }) as never,
  // The peer's log is off as well.
  log: () => undefined,
});
tellParent(`${url}/github/webhook`);
