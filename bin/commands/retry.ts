import type { Command } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import { chainOf } from '../../lib/domain/model-chain.ts';
import type { Run } from '../../lib/domain/run.ts';
import { composeGithub } from '../../lib/local/compose-github.ts';
import { keysFor } from '../../lib/providers/keys.ts';
import { providerOf } from '../../lib/providers/provider.ts';
import { keptAnswers } from '../../lib/services/intake/continuation.ts';
import { type Terminal, terminal } from '../output/terminal.ts';
import { carryOut, requireSandbox, resume } from './carry-out.ts';
import { carryOutThere, requireOpenIssue } from './carry-out-there.ts';
import { withRun } from './records.ts';
import { runAgain } from './run-again.ts';

/** `entropy retry`: goes on with an unfinished run, or starts anew on the issue of a finished one. */
export function addRetry(program: Command): void {
  program
    .command('retry')
    .description('go on with a run that was cut off, or start a new run on the same issue')
    .argument('<run>', "the run's id")
    .option('--json', 'one JSON object a line; the last has type "outcome"')
    .action(async (id: string, options: { json?: true }) => {
      const config = loadConfig(process.env, program.opts());
      const shown = terminal(options.json ?? false);
      const run = await withRun(config, id, async (_stores, found) => found);
      if (config.aws !== undefined && run.status !== 'settled') {
        process.exitCode = await carryOutThere(config.aws, run, shown);
        return;
      }
      await requireMeans(config, run);
      if (run.status !== 'settled') {
        process.exitCode = await resume(config, run, shown);
        return;
      }
      const again = await runAgain(config, run, keptAnswers);
      process.exitCode = await carryOutAt(config, again, shown);
    });
}

/** Carries a new run out where the runs are: in this process, or in the account. Returns the exit code. */
export function carryOutAt(
  config: Config,
  run: Parameters<typeof carryOut>[1],
  shown: Terminal,
): Promise<number> {
  const { aws } = config;
  return aws === undefined ? carryOut(config, run, shown) : carryOutThere(aws, run, shown);
}

/**
 * What the run was started with must be at hand again, before anything is begun; in an account it is there.
 * Throws `ConfigInvalid`.
 */
export async function requireMeans(config: Config, run: Run): Promise<void> {
  if (config.aws !== undefined) return requireOpenIssue(config.aws, run);
  const { repository, issue, status, settings } = run;
  if (repository.forge === 'github') {
    const github = composeGithub(config);
    // One that goes on was allowed when it began.
    if (status === 'settled') await github.checkCaller({ repository: repository.name, issue });
  }
  const { model, roleModels } = settings;
  const keys = keysFor(settings, config.secrets);
  for (const choice of [model, ...Object.values(roleModels)].flatMap(chainOf)) {
    providerOf(choice, keys);
  }
  await requireSandbox(config, settings.sandbox);
}
