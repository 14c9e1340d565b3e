import { expect, test } from '@jest/globals';
import { healthOf } from '../../../lib/local/server/health.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { sqliteStores } from '../../../lib/local/store/stores.ts';
import { aRun } from '../../contract/examples.ts';
import { dataFolder } from '../store/open-stores.ts';

const now = Date.parse('2026-01-02T03:04:05Z');
const folder = dataFolder();
const about = { version: '1.2.3', stopping: false };

test('tells what waits and what runs, and fails where the store is no use', async () => {
  const database = openDatabase(folder);
  const stores = sqliteStores(database, { ledgerDir: folder, signer: await openSigner(folder) });
  const ports = { ...stores, clock: { now: () => now } };
  for (const id of ['r-1', 'r-2', 'r-3']) await stores.runs.create(aRun(id), []);
  await stores.runs.update('r-2', ['queued'], { status: 'running' }, []);
  await stores.runs.update('r-3', ['queued'], { status: 'settled' }, []);
  const idle = { status: 'ok', version: '1.2.3', queued: 1, running: 1 };
  expect(await healthOf(ports, about)).toEqual({ ...idle, oldestPendingDelivery: null });
  const delivery = { bodyHash: '', semanticKey: '', event: 'issues', intent: {} };
  await stores.inbox.accept({ ...delivery, id: 'd', receivedAt: now - 5000 });
  expect(await healthOf(ports, about)).toEqual({
    ...idle,
    oldestPendingDelivery: '2026-01-02T03:04:00.000Z',
  });
  const stopping = { ...about, stopping: true };
  expect(await healthOf(ports, stopping)).toEqual({ status: 'stopping', version: '1.2.3' });
  database.run('PRAGMA query_only = 1');
  expect(await healthOf(ports, about)).toEqual({
    ...{ status: 'failing', version: '1.2.3' },
    reason: expect.stringMatching(/StorageFailed/),
  });
  database.close();
});
