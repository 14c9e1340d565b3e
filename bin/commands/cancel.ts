import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { cancel } from '../../lib/services/cancel.ts';
import { withRun } from './records.ts';

/** `entropy cancel`: asks a run to stop, from any process. */
export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('ask a run to stop; its sandbox ends within seconds and the run settles')
    .argument('<run>', "the run's id")
    .action(async (id: string) => {
      const config = loadConfig(process.env, program.opts());
      await withRun(config, id, async (stores) => {
        const { sealsLater } = stores;
        const { outcome } = await cancel(stores, id, await stores.by(), { sealsLater });
        const asked = (await stores.isWalked(id))
          ? 'was asked to stop'
          : `was asked to stop; no process is at it, so "entropy retry ${id}" settles it`;
        process.stdout.write(`${id} ${outcome === undefined ? asked : `has ended: ${outcome}`}\n`);
      });
    });
}
