import { aRun, event } from '../../contract/examples.ts';
import { openStores } from './open-stores-at.ts';

// Writes until it is killed, or for a minute where nobody is left to kill it: `node crash-writer.ts <data folder> <own run> <run that others write to as well>`.
const [dataDir = '', own = '', joint = ''] = process.argv.slice(2);
const { runs, ledger } = await openStores(dataDir);
await runs.create({ ...aRun(own), status: 'running' }, [event('run.created')]);
process.stdout.write('writing\n');
const end = Date.now() + 60_000;
while (Date.now() < end) {
  const count = Number((await runs.get(own))?.note ?? 0) + 1;
  const payload = await ledger.putPayload(own, `payload ${count}`);
  await runs.update(own, ['running'], { note: String(count) }, [
    event('counted', { count, payload }),
    event('counted.twice', { count }),
  ]);
  await ledger.append(joint, [event('seen', { by: own, count })]);
  if (count % 3 === 0) await ledger.flush(own);
  if (count % 4 === 0) await ledger.flush(joint);
}
