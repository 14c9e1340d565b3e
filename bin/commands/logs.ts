import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { follow } from '../output/follow.ts';
import { terminal } from '../output/terminal.ts';
import { withRun } from './records.ts';

const examples = `
Examples:
  entropy logs r-0123456789abcdef0123
  entropy logs r-0123456789abcdef0123 --follow --json`;

/** `entropy logs`: a run's events, as they are or as they come. */
export function addLogs(program: Command): void {
  program
    .command('logs')
    .description("show a run's events")
    .argument('<run>', "the run's id")
    .option('-f, --follow', 'go on until the run ends')
    .option('--json', 'one JSON object a line, whole events')
    .addHelpText('after', examples)
    .action(async (id: string, options: { follow?: true; json?: true }) => {
      const config = loadConfig(process.env, program.opts());
      const shown = { ...terminal(options.json ?? false), err: process.stdout };
      await withRun(config, id, (stores) =>
        follow(stores, id, shown, { once: options.follow !== true }),
      );
    });
}
