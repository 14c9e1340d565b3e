import { claimLeaseMs } from '../../domain/claim.ts';
import { whyExposed } from '../../domain/exposure.ts';
import type { Forge, IssueSnapshot } from '../../domain/forge.ts';
import { canonicalJson } from '../../domain/ledger.ts';
import { defaultPolicy, type Policy, policyPath } from '../../domain/policy.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, issueKeyOf, type Run } from '../../domain/run.ts';
import { refuseWhilePaused } from '../paused.ts';
import { tellBegun } from '../publisher/tell-progress.ts';
import { letIn } from './let-in.ts';
import { overCap } from './open-pull-requests.ts';
import { answersOf, runOf } from './run-facts.ts';
import { baseForKept, takeKept } from './take-kept.ts';

/**
 * First step of the lifecycle: confirms the claim, pins base, policy and issue. Stops a run whose issue
 * is closed or already has an open pull request. A run for a kept change has it from here on. Safe to repeat: what is pinned stays.
 */
export async function admit(
  ports: Ports,
  { run: id }: { run: string },
): Promise<{ proceed: boolean; kept: boolean; rounds: number }> {
  const run = await runOf(ports, id);
  await refuseWhilePaused(ports);
  const now = ports.clock.now();
  const key = issueKeyOf(run.repository, run.issue);
  await ports.claims.acquire({ key, run: id, now, until: now + claimLeaseMs }, []);
  const forge = ports.forgeOf(run);
  const issue = await withAnswers(ports, run, await forge.readIssue(run.issue));
  await tellBegun(ports, run);
  const base = await baseForKept(ports, run, await ports.source.pin(run));
  const file = await ports.source.read(run.repository, base.commit, policyPath);
  const policy = file === undefined ? defaultPolicy : await policyIn(file);
  const issueDigest = await ports.ledger.putPayload(id, canonicalJson(issue));
  const policyDigest = await ports.ledger.putPayload(id, canonicalJson(policy));
  await takeKept(ports, run, base.commit);
  const others = await openPullRequests(ports, forge, run);
  const stop =
    reasonToStop(issue.state, others[0]?.url) ??
    (await overCap(ports, forge, run, policy)) ??
    (await exposed(ports, forge));
  const { note, terms } = stop === undefined ? await letIn(ports, run, policy) : { note: stop };
  const event = {
    kind: 'run.admitted',
    actor: 'lifecycle' as const,
    standing: 'observed' as const,
    at: now,
    fence: run.fence,
    data: {
      base: base.commit,
      branch: base.branch,
      issue: issueDigest,
      policy: policyDigest,
      note,
      terms,
    },
  };
  const pinned: Partial<Run> = { base, issueDigest, policyDigest, ...(terms ? { terms } : {}) };
  const change = { ...pinned, ...(note ? { note } : {}) };
  if (run.issueDigest === undefined) await ports.runs.update(id, ['running'], change, [event]);
  const kept = run.pass !== undefined;
  return { proceed: note === undefined, kept, rounds: policy.limits.rounds };
}

/** What reads YAML is loaded where there is some. Throws `ConfigInvalid`. */
async function policyIn(file: Buffer): Promise<Policy> {
  const { parsePolicy } = await import('../../domain/policy-file.ts');
  return parsePolicy(file.toString('utf8'));
}

async function withAnswers(ports: Ports, run: Run, issue: IssueSnapshot): Promise<IssueSnapshot> {
  const answers = await answersOf(ports, run);
  return answers.length === 0 ? issue : { ...issue, answers };
}

/** A draft of the run whose kept change this one takes does not stand in its way. */
async function openPullRequests(ports: Ports, forge: Forge, run: Run) {
  const open = await forge.openPullRequestsFor(run.issue, branchOf(run));
  const earlier = run.pass && (await runOf(ports, run.pass.run)).pullRequest?.number;
  return open.filter(({ number }) => number !== earlier);
}

/** Asked only where it matters. */
async function exposed({ exposure = 'any' }: Ports, forge: Forge): Promise<string | undefined> {
  return exposure === 'any' ? undefined : whyExposed(exposure, await forge.isPrivate());
}

function reasonToStop(state: 'open' | 'closed', pullRequest: string | undefined) {
  if (state === 'closed') return 'the issue is closed';
  if (pullRequest !== undefined) return `an open pull request already closes it: ${pullRequest}`;
  return undefined;
}
