import { join } from 'node:path';
import type { Evidence } from '../../lib/domain/evidence.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { git } from '../../lib/local/source/git.ts';
import { evidenceOf, runOf } from '../../lib/services/lifecycle/run-facts.ts';
import type { OutcomeReport } from '../../lib/services/report.ts';
import { paint, printable, type Terminal } from './terminal.ts';

/** Prints what a run changed, out of the playground's own git, and each proving test before and after. */
export async function writeChange(
  ports: Ports,
  where: { readonly dataDir: string; readonly repository: string },
  report: OutcomeReport,
  { out }: Terminal,
): Promise<void> {
  if (report.evidence === null || report.commit === null) return;
  const gitDir = join(where.dataDir, 'playground', 'repositories', `${where.repository}.git`);
  const run = await runOf(ports, report.run);
  const base = run.base?.commit ?? 'main';
  const log = await git(['--git-dir', gitDir, 'log', '--oneline', '--graph', '--all', '-n', '8']);
  const diff = await git(['--git-dir', gitDir, 'diff', base, report.commit]);
  out.write(`\n${printable(log.toString())}\n${printable(diff.toString())}\n`);
  const { runs } = await evidenceOf(ports, report.run, report.evidence.rounds);
  for (const test of report.evidence.proof) {
    const before = paint(out, 'red', statusOf(runs, 'testsOnly', test));
    const after = paint(out, 'green', statusOf(runs, 'change', test));
    out.write(`${printable(test)}\n  without the change ${before}, with it ${after}\n`);
  }
}

function statusOf(runs: Evidence['runs'], which: 'testsOnly' | 'change', id: string): string {
  const found = runs?.[which].tests?.find((test) => test.id === id);
  return found?.status ?? 'not loaded';
}
