import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { pauseText } from '../../lib/domain/pause.ts';
import { printable } from '../output/terminal.ts';
import { withStores } from './records.ts';

const help = `
What runs is stopped within seconds and ends as cancelled; what is queued stays queued, and webhooks are still
taken in. "entropy status" shows the pause. "entropy retry <run>" starts a stopped run anew.`;

/** `entropy pause` and `entropy resume`: the operator's kill switch over all runs of the place. */
export function addPause(program: Command): void {
  program
    .command('pause')
    .description('stop all runs and start none, until "entropy resume"')
    .option('--reason <text>', 'told in the runs that it stops')
    .addHelpText('after', help)
    .action(async ({ reason }: { reason?: string }) => {
      await withStores(loadConfig(process.env, program.opts()), async (stores) => {
        const { pauses, clock } = stores;
        const by = await stores.by();
        const given = reason === undefined ? {} : { reason: reason.slice(0, 500) };
        const pause = await pauses.pause({ at: clock.now(), by, ...given });
        process.stdout.write(`${printable(pauseText(pause))}\n`);
      });
    });
  program
    .command('resume')
    .description('start what is queued again, after "entropy pause"')
    .action(async () => {
      await withStores(loadConfig(process.env, program.opts()), async ({ pauses }) => {
        const was = await pauses.resume();
        process.stdout.write(was ? 'work goes on\n' : 'nothing was paused\n');
      });
    });
}
