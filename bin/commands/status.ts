import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import type { Run } from '../../lib/domain/run.ts';
import { openStores } from '../../lib/local/compose.ts';
import { paint, printable, type Terminal, terminal, writeJson } from '../output/terminal.ts';

/** `entropy status`: what runs there are and where they stand. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('list runs, newest first, or show one')
    .argument('[run]', "a run's id")
    .option('--json', 'one JSON object a line')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const stores = await openStores(loadConfig(process.env, program.opts()));
      try {
        const runs =
          id === undefined ? await stores.runs.list({ limit: 50 }) : [await stores.runs.get(id)];
        const found = runs.filter((run) => run !== undefined);
        show(found, terminal(options.json ?? false));
        if (id !== undefined && found.length === 0) process.exitCode = notFound(id);
      } finally {
        stores.close();
      }
    });
}

function notFound(id: string): number {
  process.stderr.write(`entropy: no run ${id}; "entropy status" lists them\n`);
  return 2;
}

function show(runs: readonly Run[], { out, json }: Terminal): void {
  if (json) {
    for (const run of runs) writeJson(out, { type: 'run', ...run });
    return;
  }
  if (runs.length === 0) out.write('no runs yet\n');
  for (const run of runs) {
    const state = run.status === 'settled' ? (run.outcome ?? '') : run.status;
    const error = run.error === undefined ? '' : ` ${run.error.name}`;
    const when = new Date(run.createdAt).toISOString().slice(0, 19);
    const where = printable(`${run.repository.name}#${run.issue}`);
    out.write(`${run.id}  ${paint(out, 'dim', when)}  ${(state + error).padEnd(24)}  ${where}\n`);
  }
}
