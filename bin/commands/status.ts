import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { type Pause, pauseText } from '../../lib/domain/pause.ts';
import type { Run } from '../../lib/domain/run.ts';
import { switchesIn } from '../../lib/services/models-played.ts';
import { reportOf } from '../../lib/services/report.ts';
import { writeSummary } from '../output/summary.ts';
import { writeSwitches } from '../output/switches.ts';
import { paint, printable, type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { hasRecords, type Records, withRun, withStores } from './records.ts';

/** Runs that are listed where none is named. */
const mostListed = 50;

/** `entropy status`: what runs there are and where they stand. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description(`list the newest ${mostListed} runs, or show one`)
    .argument('[run]', "a run's id")
    .option('--json', 'one JSON object a line')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const config = loadConfig(process.env, program.opts());
      const shown = terminal(options.json ?? false);
      if (id !== undefined) {
        await withRun(config, id, (stores, run) => showOne(stores, run, shown));
      } else if (!hasRecords(config)) show([], shown);
      else {
        await withStores(config, async ({ runs, pauses }) => {
          showPause(await pauses.get(), shown);
          show(await runs.list({ limit: mostListed }), shown);
        });
      }
    });
}

/** Where one run stands; how it ended, in the words of its summary. */
async function showOne(stores: Records, run: Run, shown: Terminal): Promise<void> {
  if (!shown.json) show([run], shown);
  // Of a run whose records were removed nothing could be counted.
  if (!shown.json && run.status === 'settled' && run.collectedAt === undefined) {
    writeSummary(await reportOf(stores, run), shown);
    return;
  }
  const switches = switchesIn(await stores.ledger.events(run.id));
  if (shown.json) writeJson(shown.out, { type: 'run', ...run, switches });
  else writeSwitches(switches, shown);
}

function showPause(pause: Pause | undefined, { out, json }: Terminal): void {
  if (pause === undefined) return;
  if (json) writeJson(out, { type: 'pause', ...pause });
  else out.write(`${paint(out, 'yellow', printable(pauseText(pause)))}\n`);
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
    const where = printable(`${run.repository.name}#${run.issue}`) + heldText(run);
    out.write(`${run.id}  ${paint(out, 'dim', when)}  ${(state + error).padEnd(24)}  ${where}\n`);
  }
}

/** That `serve` holds a queued run back, and until when; nothing where it doesn't. */
function heldText({ status, heldUntil }: Run): string {
  if (status !== 'queued' || heldUntil === undefined || heldUntil <= Date.now()) return '';
  return `  held back until ${new Date(heldUntil).toISOString().slice(0, 19)}Z: few of GitHub's calls are left`;
}
