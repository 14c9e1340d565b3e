import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { DomainError } from '../lib/domain/errors.ts';
import { exitCodeOf } from '../lib/domain/outcome.ts';
import { addAnswer } from './commands/answer.ts';
import { addAudit } from './commands/audit.ts';
import { addCancel } from './commands/cancel.ts';
import { addConfig } from './commands/config.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addGc } from './commands/gc.ts';
import { addLetPass } from './commands/let-pass.ts';
import { addLogs } from './commands/logs.ts';
import { addPause } from './commands/pause.ts';
import { addReplay } from './commands/replay.ts';
import { addRetry } from './commands/retry.ts';
import { addRun } from './commands/run.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';

const exitCodesHelp = `
Exit codes: 0 merged or handed over, 2 wrong use, 3 a question, 4 refused, 5 the work failed,
6 the world around it failed (GitHub, disk, sandbox), 130 cancelled.`;

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

const program = new Command('entropy')
  .description('A small team of AI agents takes an issue to a verified, reviewed pull request.')
  .version(version)
  .option('--data-dir <folder>', 'where runs, ledgers and keys are kept')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(--help shows what is possible)')
  .addHelpText('after', exitCodesHelp)
  .exitOverride();
for (const add of [
  addDemo,
  addRun,
  addServe,
  addStatus,
  addLogs,
  addCancel,
  addRetry,
  addAnswer,
  addReplay,
  addAudit,
  addConfig,
  addLetPass,
  addPause,
  addDoctor,
  addGc,
]) {
  add(program);
}

/** The one place where errors end: named ones in one line, all others with their stack. */
function fail(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof DomainError)) {
    console.error(error);
    return 70;
  }
  console.error(`entropy: ${error.name}: ${error.message}`);
  if (error.name === 'ConfigInvalid' || error.name === 'NotFound') return 2;
  return exitCodeOf('failed', error);
}

// Whoever read the output has gone: there is nobody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}
