import type { Command } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import type { Source } from '../../lib/domain/source.ts';
import { sourceMirror } from '../../lib/local/source/mirror.ts';
import { type Kept, keptChange, leaveFor } from '../../lib/services/let-pass.ts';
import { baseOf } from '../../lib/services/lifecycle/run-facts.ts';
import { confirm } from '../output/confirm.ts';
import { paint, printable, type Terminal, terminal } from '../output/terminal.ts';
import { withRun } from './records.ts';
import { carryOutAt, requireMeans } from './retry.ts';
import { runAgain } from './run-again.ts';

const help = `
A new run takes exactly the change that was kept: it is verified, published and reviewed, and the rules that
are named are let pass for it alone. Ledger and pull request say who did that. What git itself obeys, links,
submodules, odd paths and credentials can't be let pass.`;

/** `entropy let-pass`: lets the kept change of a run through that was stopped. */
export function addLetPass(program: Command): void {
  program
    .command('let-pass')
    .description(
      'show a change that was stopped (PolicyViolation, BranchProtected), and let exactly it pass',
    )
    .argument('<run>', "the run's id")
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON object a line; the last has type "outcome"')
    .addHelpText('after', help)
    .action(async (id: string, options: { yes?: true; json?: true }) => {
      const config = loadConfig(process.env, program.opts());
      process.exitCode = await letPass(
        config,
        id,
        options.yes ?? false,
        terminal(options.json ?? false),
      );
    });
}

async function letPass(config: Config, id: string, yes: boolean, shown: Terminal): Promise<number> {
  const source = await sourceAt(config);
  const { run, pass } = await withRun(config, id, async (stores, run) => {
    const kept = await keptChange({ ...stores, source }, run);
    const patch = await source
      .diff(run.repository, baseOf(run).commit, kept.change.files)
      .catch(() => '(the patch can not be shown: no tree can be made of it)\n');
    show(kept, patch, shown);
    return { run, pass: leaveFor(run, kept, await stores.by()) };
  });
  if (!yes) await confirm('Let this change pass?', 'it was not let pass');
  await requireMeans(config, run);
  const again = await runAgain(config, run, async () => undefined);
  return carryOutAt(config, { ...again, pass }, shown);
}

/** Where the files of kept changes are read: this machine's mirrors, or GitHub by the account's minter. */
async function sourceAt({ aws, dataDir }: Config): Promise<Source> {
  if (aws === undefined) return sourceMirror({ dataDir });
  const { openDeployment } = await import('../../lib/aws/compose-operator.ts');
  return (await openDeployment(aws)).ports().source;
}

function show({ violations, because }: Kept, patch: string, { err }: Terminal): void {
  const title = violations.length === 0 ? `It was stopped:\n  ${printable(because)}` : 'It breaks:';
  err.write(`${printable(patch)}\n${title}\n`);
  for (const { message, hard } of violations) {
    const note = hard ? paint(err, 'red', '  (can not be let pass)') : '';
    err.write(`  ${printable(message)}${note}\n`);
  }
}
