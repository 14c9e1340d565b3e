import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { openStores } from '../../lib/local/compose.ts';
import { cancel } from '../../lib/services/cancel.ts';

/** `entropy cancel`: asks a run to stop, from any process. */
export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('ask a run to stop; its sandbox ends within seconds and the run settles')
    .argument('<run>', "the run's id")
    .action(async (id: string) => {
      const stores = await openStores(loadConfig(process.env, program.opts()));
      try {
        const run = await cancel(stores, id, userInfo().username);
        const said = run.status === 'settled' ? `has ended: ${run.outcome}` : 'was asked to stop';
        process.stdout.write(`${id} ${said}\n`);
      } finally {
        stores.close();
      }
    });
}
