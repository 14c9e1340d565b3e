import { sha256 } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';
import { type ChangeIntent, standing, type TriggerFacts } from '../../domain/trigger.ts';
import { cancel } from '../cancel.ts';
import { issueOf } from '../lifecycle/run-facts.ts';
import type { IntakeOptions } from './intake-options.ts';
import { liveRuns } from './issue-runs.ts';

/**
 * Holds the runs of an issue against what the issue is now: closed, or what triggered a run taken back, and
 * the run is asked to stop; edited, and that is noted. Throws `ForgeFailed`, `ForgeUnavailable`.
 */
export async function noticeChange(
  ports: Ports,
  intent: ChangeIntent,
  { readFacts }: Pick<IntakeOptions, 'readFacts'>,
): Promise<string> {
  const repository = { forge: 'github', name: intent.repository } as const;
  const live = await liveRuns(ports, { repository, issue: String(intent.issue) });
  if (live.length === 0) return 'no run is at it';
  const facts = await readFacts(intent);
  const notes: string[] = [];
  for (const run of live) notes.push(`${run.id}: ${await held(ports, run, intent, facts)}`);
  return notes.join('; ');
}

async function held(
  ports: Ports,
  run: Run,
  { sender: by }: ChangeIntent,
  facts: TriggerFacts,
): Promise<string> {
  const reason = reasonToStop(run, facts);
  if (reason === undefined) return noteEdit(ports, run, facts);
  if (facts.issue.state === 'closed' && (await isMerged(ports, run))) return 'closed by its merge';
  await cancel(ports, run.id, by, { actor: 'intake', reason });
  return reason;
}

function reasonToStop({ trigger }: Run, facts: TriggerFacts): string | undefined {
  if (facts.issue.state === 'closed') return 'the issue was closed';
  if (facts.issue.state === 'gone') return 'the issue was deleted or moved';
  const cause = facts.events.find(({ id, kind }) => kind === trigger.kind && id === trigger.id);
  if (cause === undefined) return undefined;
  const now = standing(facts, cause.kind, cause.name);
  if (now === undefined && cause.kind === 'label') return `the label ${cause.name} was taken off`;
  if (now === undefined) return `${cause.name} is no longer assigned`;
  return now.id === cause.id ? undefined : 'it was triggered anew';
}

/** Merging its pull request closes the issue, which is no wish to stop. */
async function isMerged(ports: Ports, run: Run): Promise<boolean> {
  if (run.pullRequest === undefined) return false;
  const found = await ports.forgeOf(run).findPullRequest(branchOf(run));
  return found?.state === 'merged';
}

async function noteEdit(ports: Ports, run: Run, { issue }: TriggerFacts): Promise<string> {
  if (run.issueDigest === undefined) return 'not begun, so it will see the issue as it is';
  const { title, body } = await issueOf(ports, run);
  if (title === issue.title && body === issue.body) return 'goes on';
  if (run.issueEditedAt !== undefined) return 'goes on with the issue as it was';
  const at = ports.clock.now();
  const data = {
    title: title !== issue.title,
    body: body !== issue.body,
    text: sha256(JSON.stringify([issue.title, issue.body])),
  };
  await ports.runs.update(run.id, ['running'], { issueEditedAt: at }, [
    { kind: 'issue.edited', actor: 'intake', standing: 'observed', at, fence: run.fence, data },
  ]);
  return 'edited; goes on with the issue as it was';
}
