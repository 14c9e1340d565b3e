import { Cancelled, errorNamed, StageLost, StageTimedOut } from '../../domain/errors.ts';
import type { Handoff } from '../../domain/handoff.ts';
import { parseHandoff } from '../../domain/handoff.ts';
import { pauseText } from '../../domain/pause.ts';
import type { Ports } from '../../domain/ports.ts';
import { issueKeyOf, type Run } from '../../domain/run.ts';
import { type StageAttempt, type StageRecord, stageLabel } from '../../domain/stage.ts';
import { judgementOf, runOf } from './run-facts.ts';

/** What judging a stage needs. */
export type CloseStagePorts = Pick<
  Ports,
  'clock' | 'runs' | 'claims' | 'pauses' | 'stages' | 'ledger'
>;

/**
 * Ends an attempt and says what it came to. A stage is judged by its handoff alone; where there is none
 * this throws the domain's error, which the lifecycle's Retry and Catch go by.
 */
export async function closeStage(
  ports: CloseStagePorts,
  attempt: StageAttempt,
): Promise<{ result: string }> {
  const run = await runOf(ports, attempt.run);
  const at = ports.clock.now();
  const stage = await ports.stages.close(attempt, at, [
    {
      kind: 'stage.closed',
      actor: 'lifecycle',
      standing: 'observed',
      at,
      fence: run.fence,
      data: { role: attempt.role, round: attempt.round, attempt: attempt.attempt },
    },
  ]);
  if (stage.handoff !== undefined) return { result: await resultOf(ports, run, stage) };
  throw await reasonOf(ports, run, stage, at);
}

async function reasonOf(ports: CloseStagePorts, run: Run, stage: StageRecord, now: number) {
  const claim = await ports.claims.get(issueKeyOf(run.repository, run.issue));
  if (claim?.cancelAt !== undefined) return new Cancelled(`run ${run.id} was asked to stop`);
  const pause = await ports.pauses.get();
  if (pause !== undefined) return new Cancelled(pauseText(pause));
  if (stage.failure !== undefined) return errorNamed(stage.failure.name, stage.failure.message);
  if (now >= stage.deadline) return new StageTimedOut(`${stageLabel(stage)} ran out of time`);
  return new StageLost(`${stageLabel(stage)} ended and left nothing`);
}

async function resultOf(ports: CloseStagePorts, run: Run, stage: StageRecord): Promise<string> {
  const bytes = await ports.ledger.payload(run.id, stage.handoff ?? '');
  const handoff: Handoff = parseHandoff(stage.role, JSON.parse(bytes.toString('utf8')));
  if (handoff.kind === 'review') return handoff.verdict;
  if (handoff.kind === 'question' || handoff.kind === 'refusal') {
    const note = handoff.kind === 'question' ? handoff.question : handoff.reason;
    await ports.runs.update(run.id, ['running'], { note }, []);
  }
  if (handoff.kind !== 'evidence') return handoff.kind;
  const judgement = await judgementOf(ports, run, handoff);
  await ports.ledger.append(run.id, [
    {
      kind: 'evidence.judged',
      actor: 'lifecycle',
      standing: 'observed',
      at: ports.clock.now(),
      fence: run.fence,
      data: {
        round: stage.round,
        tree: handoff.tree,
        ...judgement,
        proof: judgement.proof.slice(0, 20),
      },
    },
  ]);
  return judgement.verdict;
}
