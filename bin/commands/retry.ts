import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import { ConfigInvalid, NotFound } from '../../lib/domain/errors.ts';
import { type Run, runIdOf } from '../../lib/domain/run.ts';
import { runFolder } from '../../lib/local/compose.ts';
import { providerOf } from '../../lib/providers/provider.ts';
import { terminal } from '../output/terminal.ts';
import { carryOut, requireSandbox, resume } from './carry-out.ts';
import { withRun } from './records.ts';

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
      await requireMeans(config, run);
      if (run.status !== 'settled') {
        process.exitCode = await resume(config, run, shown);
        return;
      }
      process.exitCode = await carryOut(config, again(config, run), shown);
    });
}

/** What the run was started with must be at hand again, before anything is begun. */
async function requireMeans(config: Config, { id, repository, status, settings }: Run) {
  if (repository.forge !== 'local') {
    const how =
      status === 'settled' ? 'put the label on the issue again' : '"entropy serve" goes on with it';
    throw new ConfigInvalid(`${id} works on GitHub: ${how}`);
  }
  for (const choice of [settings.model, ...Object.values(settings.roleModels)]) {
    providerOf(choice, config.secrets);
  }
  await requireSandbox(settings.sandbox);
}

function again(config: Config, run: Run): Omit<Run, 'status' | 'createdAt'> {
  const { repository, issue, settings } = run;
  const trigger = { kind: 'cli', id: randomUUID(), by: userInfo().username } as const;
  const id = runIdOf(repository, issue, trigger.id);
  const from = join(runFolder(config.dataDir, run.id), 'issue.md');
  if (!existsSync(from)) throw new NotFound(`the issue of ${run.id} is gone: ${from}`);
  mkdirSync(runFolder(config.dataDir, id), { recursive: true, mode: 0o700 });
  copyFileSync(from, join(runFolder(config.dataDir, id), 'issue.md'));
  return { id, repository, issue, trigger, settings };
}
