import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { NotFound } from '../../lib/domain/errors.ts';
import { openStores } from '../../lib/local/compose.ts';
import { follow } from '../output/follow.ts';
import { terminal } from '../output/terminal.ts';

/** `entropy logs`: a run's events, as they are or as they come. */
export function addLogs(program: Command): void {
  program
    .command('logs')
    .description("show a run's events")
    .argument('<run>', "the run's id")
    .option('-f, --follow', 'go on until the run ends')
    .option('--json', 'one JSON object a line, whole events')
    .action(async (id: string, options: { follow?: true; json?: true }) => {
      const stores = await openStores(loadConfig(process.env, program.opts()));
      try {
        const shown = terminal(options.json ?? false);
        const run = await follow(
          stores,
          id,
          { ...shown, err: process.stdout },
          {
            once: options.follow !== true,
          },
        );
        if (run === undefined) throw new NotFound(`no run ${id}; "entropy status" lists them`);
      } finally {
        stores.close();
      }
    });
}
