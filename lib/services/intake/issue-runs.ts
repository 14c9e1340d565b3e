import type { Ports } from '../../domain/ports.ts';
import {
  type Continuation,
  issueKeyOf,
  type Run,
  type RunSettings,
  runIdOf,
} from '../../domain/run.ts';
import type { Decision } from '../../domain/trigger.ts';
import { enqueue } from '../dispatcher.ts';

/** The newest run of an issue. */
export async function newestRun(
  ports: Pick<Ports, 'runs'>,
  issue: Pick<Run, 'repository' | 'issue'>,
): Promise<Run | undefined> {
  return (await ports.runs.list({ issue, limit: 1 }))[0];
}

/** Runs of an issue that have not come to an end. */
export async function liveRuns(
  ports: Pick<Ports, 'runs'>,
  issue: Pick<Run, 'repository' | 'issue'>,
): Promise<readonly Run[]> {
  return ports.runs.list({ issue, status: ['queued', 'running'] });
}

/** The run that works on an issue, or will, and that nobody has asked to stop. */
export async function runAtIt(
  ports: Pick<Ports, 'runs' | 'claims'>,
  issue: Pick<Run, 'repository' | 'issue'>,
): Promise<Run | undefined> {
  const claim = await ports.claims.get(issueKeyOf(issue.repository, issue.issue));
  const stopping = claim?.cancelAt === undefined ? undefined : claim.owner;
  return (await liveRuns(ports, issue)).find(({ id }) => id !== stopping);
}

/** Queues the run of a decision; the same trigger again is the run that is there. Says which. */
export async function startRun(
  ports: Ports,
  { repository, issue, trigger }: Decision,
  settings: RunSettings,
  continues?: Continuation,
): Promise<string> {
  const id = runIdOf(repository, issue, trigger.id);
  const more = continues === undefined ? {} : { continues };
  const { created } = await enqueue(ports, {
    ...{ id, repository, issue, trigger, settings },
    ...more,
  });
  return created ? `run ${id}` : `run ${id}, which was there`;
}
