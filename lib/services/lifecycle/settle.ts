import type { NewEvent } from '../../domain/ledger.ts';
import { exitCodeOf } from '../../domain/outcome.ts';
import { owesWord } from '../../domain/owes-word.ts';
import type { Ports } from '../../domain/ports.ts';
import { issueKeyOf, type Run } from '../../domain/run.ts';
import { postReceipt } from '../publisher/post-receipt.ts';
import { withdrawVerdict } from '../publisher/post-review.ts';
import { hasToldStatus } from '../publisher/status-comment.ts';
import { type Conclusion, conclude, type LifecycleState } from './conclude.ts';
import { evidenceOf, handoffOf, judgementOf, lastRoundOf, runOf } from './run-facts.ts';
import { sealRun } from './seal-run.ts';

/** `quiet`: the forge can't be reached, so nothing is said there. */
export interface SettleInput {
  readonly run: string;
  readonly state: LifecycleState;
  readonly quiet?: boolean;
}

/**
 * Ends a run, on every path: stages closed, receipt and labels on the forge, claim and slot freed, ledger
 * sealed. Safe to repeat from any point.
 */
export async function settle(ports: Ports, input: SettleInput): Promise<{ outcome: string }> {
  const run = await runOf(ports, input.run);
  if (run.status === 'running' || run.status === 'queued') await end(ports, run, input);
  const ending = await runOf(ports, input.run);
  const settled = owesWord(ending) ? ending : await sealRun(ports, ending);
  return { outcome: settled.outcome ?? 'failed' };
}

async function end(ports: Ports, run: Run, input: SettleInput): Promise<void> {
  const at = ports.clock.now();
  for (const stage of await ports.stages.list(run.id)) {
    if (stage.closedAt === undefined) await ports.stages.close(stage, at, []);
  }
  const conclusion = conclude(input.state, await reasons(ports, run));
  const begun = run.issueDigest !== undefined || (await hasToldStatus(ports, run));
  if (input.quiet !== true && begun) {
    await withdrawVerdict(ports, run, conclusion.outcome);
    await postReceipt(ports, run, conclusion);
  }
  const release = await releaseEvent(ports, run, at);
  await ports.runs.update(
    run.id,
    ['running', 'queued'],
    { status: 'ending', settledAt: at, ...conclusion },
    [...release, settledEvent(run, conclusion, at)],
  );
}

function settledEvent(run: Run, conclusion: Conclusion, at: number): NewEvent {
  const exitCode = exitCodeOf(conclusion.outcome, conclusion.error);
  return {
    kind: 'run.settled',
    actor: 'lifecycle',
    standing: 'observed',
    at,
    fence: run.fence,
    data: { ...conclusion, exitCode },
  };
}

/** The chain ends with `run.settled`, so the claim's release is told in the same write. */
async function releaseEvent(ports: Ports, run: Run, at: number): Promise<NewEvent[]> {
  const key = issueKeyOf(run.repository, run.issue);
  if ((await ports.claims.get(key))?.owner !== run.id) return [];
  const event = { actor: 'lifecycle', standing: 'observed', at, fence: run.fence } as const;
  return [{ ...event, kind: 'claim.released', data: { key } }];
}

/** The sentences for a bad verdict, from the last round that has one. */
async function reasons(ports: Ports, run: Run): Promise<{ evidence: string; review: string }> {
  const round = await lastRoundOf(ports, run.id, 'verifier');
  if (round === 0) return { evidence: 'no Evidence was left', review: '' };
  const evidence = await evidenceOf(ports, run.id, round);
  const judgement = await judgementOf(ports, run, evidence);
  const review = await handoffOf(ports, run.id, 'reviewer', round);
  return {
    evidence: `${judgement.rule}: ${judgement.detail}`,
    review: review?.kind === 'review' ? review.summary : '',
  };
}
