import type { AwsPlace } from '../../lib/config.ts';
import type { Run } from '../../lib/domain/run.ts';
import { enqueue } from '../../lib/services/dispatcher.ts';
import { reportOf } from '../../lib/services/report.ts';
import { follow } from '../output/follow.ts';
import { writeSummary } from '../output/summary.ts';
import type { Terminal } from '../output/terminal.ts';
import { exitCode } from './carry-out.ts';

/**
 * Has a run carried out in an account, and shows its progress: a new one is queued, one that is there already goes on by
 * itself. Returns the exit code; an interrupt leaves the run to itself.
 */
export async function carryOutThere(
  place: AwsPlace,
  run: Omit<Run, 'status' | 'createdAt'>,
  terminal: Terminal,
): Promise<number> {
  const { openDeployment } = await import('../../lib/aws/compose-operator.ts');
  const stores = await openDeployment(place);
  await enqueue(stores, run);
  const interrupted = new AbortController();
  const letGo = () => interrupted.abort();
  process.once('SIGINT', letGo).once('SIGTERM', letGo);
  const found = await follow(stores, run.id, terminal, { signal: interrupted.signal });
  process.off('SIGINT', letGo).off('SIGTERM', letGo);
  if (found?.status !== 'settled') {
    terminal.err.write(`${run.id} goes on; "entropy --aws cancel ${run.id}" stops it\n`);
    return 130;
  }
  const report = await reportOf(stores, found);
  writeSummary(report, terminal);
  return exitCode(report);
}

/** Whether a new run can begin on the issue of one that has ended. Throws `ConfigInvalid`, `NotFound`, `ForgeFailed`. */
export async function requireOpenIssue(
  place: AwsPlace,
  { repository, issue }: Pick<Run, 'repository' | 'issue'>,
): Promise<void> {
  const { openDeployment } = await import('../../lib/aws/compose-operator.ts');
  const { checkOpenIssue } = await openDeployment(place);
  await checkOpenIssue({ repository: repository.name, issue });
}
