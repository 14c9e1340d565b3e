import { engineChoice, engineOf, serversFor } from '../../domain/engine-choice.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run, Strategy } from '../../domain/run.ts';
import type { StageAttempt } from '../../domain/stage.ts';
import type { Exemptions, StageInput } from '../../domain/stage-input.ts';
import { modelFor } from '../../domain/terms.ts';
import { exemptLabelsIn } from '../../domain/verdict.ts';
import { cutOffWork } from './cut-off-work.ts';
import { guidanceFor } from './guidance.ts';
import {
  baseOf,
  changeOf,
  evidenceOf,
  handoffOf,
  issueOf,
  judgementOf,
  moveAfter,
  movedChange,
  planOf,
  policyOf,
  runOf,
} from './run-facts.ts';

/**
 * What a stage may know, by its role. Only the issue-reader sees the issue's own words. `cutOffOf` tells what a coder
 * begins from; a replay takes that from elsewhere.
 */
export async function stageInput(
  ports: Ports,
  stage: StageAttempt,
  cutOffOf: (stage: StageAttempt) => Promise<StageInput['cutOff']> = (own) =>
    cutOffWork(ports, own),
): Promise<StageInput> {
  const run = await runOf(ports, stage.run);
  const policy = await policyOf(ports, run);
  const { setup, test } = run.settings;
  const policySetup = policy.checks.setup;
  const strategy = strategyOf(run, policy, stage);
  const common: StageInput = {
    ...(strategy === undefined ? {} : { strategy }),
    ...playedBy(run, policy, stage),
    stage: { run: stage.run, role: stage.role, round: stage.round, attempt: stage.attempt },
    base: baseOf(run),
    checks: {
      ...(setup || test
        ? { option: { ...(setup ? { setup } : {}), ...(test ? { test } : {}) } }
        : {}),
      ...(policySetup || policy.checks.test
        ? {
            policy: {
              ...(policySetup ? { setup: [policySetup].flat() } : {}),
              ...(policy.checks.test ? { test: policy.checks.test } : {}),
            },
          }
        : {}),
    },
  };
  const guidance = await guidanceFor(ports, run, policy, stage.role);
  const given = { ...common, ...(guidance === undefined ? {} : { guidance }) };
  const rewrites = strategy === 'rewrite' && stage.role === 'coder';
  const exempt = rewrites ? { exempt: await exemptionsOf(ports, run, policy) } : {};
  const cutOff = stage.role === 'coder' && !rewrites ? await cutOffOf(stage) : undefined;
  const begun = cutOff === undefined ? {} : { cutOff };
  return { ...given, ...exempt, ...begun, ...(await byRole(ports, run, stage)) };
}

/** Of the issue only labels that policy names: a coder sees no words of strangers. */
async function exemptionsOf(ports: Ports, run: Run, policy: Policy): Promise<Exemptions> {
  const { labels } = await issueOf(ports, run);
  return { paths: policy.evidence.exempt, labels: exemptLabelsIn(labels, policy) };
}

function strategyOf(run: Run, policy: Policy, { role }: StageAttempt): Strategy | undefined {
  return run.settings.strategy ?? (role === 'verifier' ? undefined : policy.roles[role].strategy);
}

/** Without a word where it is our own loop and no tool server is allowed. */
function playedBy(run: Run, policy: Policy, { role }: StageAttempt): Pick<StageInput, 'engine'> {
  if (role === 'verifier') return {};
  const plain = engineOf(run.settings, policy, role) === 'builtin';
  if (plain && serversFor(policy, role).length === 0) return {};
  return { engine: engineChoice(run.settings, policy, role, modelFor(run, role)) };
}

async function byRole(ports: Ports, run: Run, stage: StageAttempt): Promise<Partial<StageInput>> {
  const { id } = run;
  switch (stage.role) {
    case 'issue-reader':
      return { issue: await issueOf(ports, run) };
    case 'coder':
      return { plan: await planOf(ports, id), ...(await feedback(ports, run, stage.round - 1)) };
    case 'verifier':
      return { change: await changeOf(ports, id, stage.round) };
    case 'reviewer':
      return {
        plan: await planOf(ports, id),
        change: await changeOf(ports, id, stage.round),
        evidence: await judged(ports, run, stage.round),
      };
  }
}

async function judged(ports: Ports, run: Run, round: number) {
  const evidence = await evidenceOf(ports, run.id, round);
  return { evidence, judgement: await judgementOf(ports, run, evidence) };
}

async function feedback(ports: Ports, run: Run, round: number): Promise<Partial<StageInput>> {
  if (round < 1) return {};
  const move = moveAfter(run, round);
  if (move !== undefined && move.conflicts.length > 0) {
    const conflict = { from: move.from, paths: move.conflicts };
    return { change: await movedChange(ports, run.id, move), conflict };
  }
  const review = await handoffOf(ports, run.id, 'reviewer', round);
  return {
    change: await changeOf(ports, run.id, round),
    evidence: await judged(ports, run, round),
    ...(review?.kind === 'review' ? { review } : {}),
  };
}
