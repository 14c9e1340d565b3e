import type { Command } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import type { Failure } from '../../lib/domain/outcome.ts';
import type { LocalSandboxKind } from '../../lib/domain/run.ts';
import { composeReplay, treesOf } from '../../lib/local/compose-replay.ts';
import { standInFor } from '../../lib/local/sandbox/choose.ts';
import { enqueue } from '../../lib/services/dispatcher.ts';
import { paint, type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { requireSandbox, walkToEnd } from './carry-out.ts';
import { withRun } from './records.ts';

/** `entropy replay`: the recorded model turns again, everything else anew; the same tree must come out. */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description(
      "serve a finished run's recorded model turns again and compare the trees; exit 1 if they differ",
    )
    .argument('<run>', "the run's id")
    .option('--json', 'one JSON object a line; the last has type "replay"')
    .action(async (id: string, options: { json?: true }) => {
      const config = loadConfig(process.env, program.opts());
      const { settings } = await withRun(config, id, async (_stores, run) => run);
      const { kind } = await requireSandbox(config, standInFor(settings.sandbox));
      process.exitCode = await replay(config, id, kind, terminal(options.json ?? false));
    });
}

async function replay(
  config: Config,
  id: string,
  sandbox: LocalSandboxKind,
  shown: Terminal,
): Promise<number> {
  const log = (line: string) => void shown.err.write(`${line}\n`);
  const prepared = await composeReplay(config, id, sandbox, log);
  try {
    const { ports } = prepared.embedded;
    await enqueue(ports, prepared.run);
    await walkToEnd(prepared.embedded, prepared.config, prepared.run.id, shown);
    const trees = await treesOf(ports, prepared.run.id);
    const same =
      trees.length === prepared.trees.length &&
      trees.every((tree, n) => tree === prepared.trees[n]);
    const { error } = (await ports.runs.get(prepared.run.id)) ?? {};
    const why = same ? undefined : whyNot(trees.length, error);
    const found = {
      ...{ type: 'replay', run: id, same, ...(why === undefined ? {} : { why }) },
      ...{ recorded: prepared.trees, replayed: trees },
    };
    if (shown.json) writeJson(shown.out, found);
    else
      shown.out.write(
        `${verdict(shown, why)}\n  recorded ${prepared.trees.join(' ')}\n  replayed ${trees.join(' ')}\n`,
      );
    return same ? 0 : 1;
  } finally {
    await prepared.close();
  }
}

function verdict({ out }: Terminal, why: string | undefined): string {
  return why === undefined
    ? paint(out, 'green', 'the same tree in every round')
    : paint(out, 'red', why);
}

/** What ended a replay before it came to all trees is in its own words. */
function whyNot(replayed: number, error: Failure | undefined): string {
  const what = replayed === 0 ? 'the replay left no tree to compare' : 'the trees differ';
  return error === undefined ? what : `${what}: ${error.name}: ${error.message}`;
}
