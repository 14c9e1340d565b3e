import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { DomainError } from '../lib/domain/errors.ts';
import { exitCodeOf } from '../lib/domain/outcome.ts';

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
  .option('--aws', 'the runs of a deployment in an AWS account, not those of this machine')
  .option('--deployment <name>', "with --aws: the deployment's name; entropy if not given")
  .option('--region <region>', "with --aws: its region; as AWS's own tools find it if not given")
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(--help shows what is possible)')
  .addHelpText('after', exitCodesHelp)
  .exitOverride();

/** Each command's own part, in the order of the help: a start pays for what it needs. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  run: async () => (await import('./commands/run.ts')).addRun,
  serve: async () => (await import('./commands/serve.ts')).addServe,
  status: async () => (await import('./commands/status.ts')).addStatus,
  logs: async () => (await import('./commands/logs.ts')).addLogs,
  cancel: async () => (await import('./commands/cancel.ts')).addCancel,
  retry: async () => (await import('./commands/retry.ts')).addRetry,
  answer: async () => (await import('./commands/answer.ts')).addAnswer,
  replay: async () => (await import('./commands/replay.ts')).addReplay,
  audit: async () => (await import('./commands/audit.ts')).addAudit,
  config: async () => (await import('./commands/config.ts')).addConfig,
  'let-pass': async () => (await import('./commands/let-pass.ts')).addLetPass,
  pause: async () => (await import('./commands/pause.ts')).addPause,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  init: async () => (await import('./commands/init.ts')).addInit,
  deploy: async () => (await import('./commands/deploy.ts')).addDeploy,
  destroy: async () => (await import('./commands/destroy.ts')).addDestroy,
  gc: async () => (await import('./commands/gc.ts')).addGc,
};

/** The program's own options, each with how many words it takes. */
const ownOptions: Readonly<Record<string, number>> = {
  '--data-dir': 2,
  '--aws': 1,
  '--deployment': 2,
  '--region': 2,
};

/** The command that is named first, after the program's own options; all where that is none of them. */
function neededFor(args: readonly string[]): readonly string[] {
  const [given = ''] = args;
  if (Object.hasOwn(ownOptions, given)) return neededFor(args.slice(ownOptions[given]));
  // One part has both.
  const first = given === 'resume' ? 'pause' : given;
  return Object.hasOwn(commands, first) ? [first] : Object.keys(commands);
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
  for (const name of neededFor(process.argv.slice(2))) (await commands[name]?.())?.(program);
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}
