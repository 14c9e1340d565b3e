import {
  budgetLeft,
  type CallEstimate,
  costOf,
  noUsage,
  type Price,
  type Usage,
} from '../../domain/budget.ts';
import {
  AgentStuck,
  BudgetExceeded,
  ConfigInvalid,
  DomainError,
  ModelFailed,
  ScopeRefused,
} from '../../domain/errors.ts';
import { estimateOf, upperUsageOf } from '../../domain/estimate.ts';
import { canonicalJson, type NewEvent, sha256 } from '../../domain/ledger.ts';
import type { ModelReply, ModelRequest } from '../../domain/model.ts';
import { policyPath } from '../../domain/policy.ts';
import { redact, redactJson } from '../../domain/redact.ts';
import type { ModelChoice, Run } from '../../domain/run.ts';
import { type StageRecord, stageLabel } from '../../domain/stage.ts';
import { budgetOf, limitsIn, modelFor } from '../../domain/terms.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import { toldBeside } from './events.ts';
import { type GatewayPorts, type PriceOf, stageEvent } from './gateway-ports.ts';
import { heartbeat } from './heartbeat.ts';
import { parseModelRequest } from './model-request.ts';

interface Call {
  readonly run: Run;
  readonly stage: StageRecord;
  readonly turn: number;
  /** The call's name in the budget's account. */
  readonly id: string;
  readonly choice: ModelChoice;
  readonly request: ModelRequest;
  readonly upper: Usage;
  readonly estimate: CallEstimate;
}

/**
 * One model turn of a stage. The budget is reserved before the provider is asked and settled after; the
 * gateway itself records what was said and used. A failure for good becomes the stage's observed failure. What the
 * sandbox tells beside is recorded with the reservation, or where there is none by itself.
 * Throws `ScopeRefused`, `AgentStuck`, `Cancelled`, `FenceStale`, `BudgetExceeded`, `ModelFailed`.
 */
export async function modelTurn(
  ports: GatewayPorts,
  priceOf: PriceOf,
  stage: StageRecord,
  body: unknown,
  hangUp: AbortSignal,
): Promise<ModelReply> {
  if (stage.role === 'verifier') throw new ScopeRefused('a verifier has no model');
  const { request, told } = parseModelRequest(body);
  const run = await runOf(ports, stage.run);
  const events = await toldBeside(ports, run, stage, told);
  const call = await reserved(ports, priceOf, { run, stage, request }, events).catch(
    async (error: unknown) => {
      if (events.length > 0) await ports.ledger.append(run.id, events);
      throw error;
    },
  );
  // Beyond the stage's deadline nobody takes the reply.
  const left = Math.max(0, stage.deadline - ports.clock.now());
  const signal = AbortSignal.any([hangUp, AbortSignal.timeout(left)]);
  return ask(ports, priceOf, call, signal);
}

/** The call with its number and its place in the budget. */
async function reserved(
  ports: GatewayPorts,
  priceOf: PriceOf,
  { run, stage, request }: Pick<Call, 'run' | 'stage' | 'request'>,
  events: readonly NewEvent[],
): Promise<Call> {
  await refuseBeyondLimit(ports, run, stage, stage.turns + 1);
  await heartbeat(ports, run);
  const choice = modelFor(run, stage.role);
  const upper = upperUsageOf(request);
  await refuseUnpriced(ports, priceOf, run, stage);
  const estimate = estimateOf(upper, priceOfChoice(priceOf, choice, upper));
  const turn = await ports.stages.nextTurn(stage);
  // Once more: calls at the same time all saw the same count.
  await refuseBeyondLimit(ports, run, stage, turn);
  const id = `${stageLabel(stage)}-${turn}`;
  const call = { run, stage, turn, id, choice, request, upper, estimate };
  await reserve(ports, call, events);
  return call;
}

async function refuseBeyondLimit(
  ports: GatewayPorts,
  run: Run,
  stage: StageRecord,
  turn: number,
): Promise<void> {
  const { turns } = limitsIn(run, stage.role, ports.limitsOf(stage.role));
  if (turn <= turns) return;
  const error = new AgentStuck(`${stage.role} used all of its ${turns} turns`);
  throw await stageFailed(ports, run, stage, error);
}

/** A repository that names a model without a price would put the operator's dollars out of force. */
async function refuseUnpriced(
  ports: GatewayPorts,
  priceOf: PriceOf,
  run: Run,
  stage: StageRecord,
): Promise<void> {
  const [own, named] = [run.settings.model, modelFor(run, stage.role)];
  if (named.model === (run.settings.roleModels[stage.role] ?? own).model) return;
  const unpriced = priceOfChoice(priceOf, named, noUsage) === undefined;
  if (!unpriced || priceOfChoice(priceOf, own, noUsage) === undefined) return;
  const why = `roles.${stage.role}.model: ${named.model} has no known price, so no budget in dollars would bind`;
  const how = `the operator can allow it with --role-model ${stage.role}=${named.model}`;
  throw await stageFailed(ports, run, stage, new ConfigInvalid(`${policyPath}: ${why}; ${how}`));
}

async function reserve(
  ports: GatewayPorts,
  { run, stage, id, estimate }: Call,
  events: readonly NewEvent[],
): Promise<void> {
  try {
    const budget = budgetLeft(budgetOf(run), run.continues?.spent);
    await ports.budgets.reserve(run.id, id, budget, estimate, events);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    throw await stageFailed(ports, run, stage, error);
  }
}

async function ask(
  ports: GatewayPorts,
  priceOf: PriceOf,
  call: Call,
  signal: AbortSignal,
): Promise<ModelReply> {
  const { run, stage, turn, choice, request } = call;
  const began = ports.clock.now();
  const { role, round, attempt } = stage;
  try {
    const address = { run: run.id, role, round, attempt, turn };
    const reply = await ports.provider(choice)({ request, choice, address, signal });
    await record(ports, priceOf, call, reply, ports.clock.now() - began);
    return reply;
  } catch (error) {
    const failure = failureOf(error);
    await recordFailure(ports, call, failure, ports.clock.now() - began);
    // A call that was given up says nothing against the model: the stage is judged by what ended it.
    if (signal.aborted) throw failure;
    throw await stageFailed(ports, run, stage, failure);
  }
}

async function record(
  ports: GatewayPorts,
  priceOf: PriceOf,
  call: Call,
  reply: ModelReply,
  durationMs: number,
): Promise<void> {
  const { run, stage, id, choice } = call;
  const dollars = costOf(reply.usage, priceOfChoice(priceOf, choice, reply.usage));
  const kept = redactJson(reply);
  const payload = await ports.ledger.putPayload(run.id, canonicalJson(kept.value));
  await ports.budgets.settle(run.id, id, reply.usage, dollars, [
    stageEvent(ports, run, stage, {
      kind: 'model.called',
      data: {
        ...factsOf(call),
        answeredAs: reply.model,
        stop: reply.stop,
        usage: reply.usage,
        estimated: reply.estimated,
        dollars,
        durationMs,
        reply: payload,
        redacted: kept.count === 0 ? undefined : kept.count,
      },
    }),
  ]);
}

/** Where nobody knows what was used, the upper bound counts; other errors come before anything is asked. */
async function recordFailure(
  ports: GatewayPorts,
  call: Call,
  failure: DomainError,
  durationMs: number,
): Promise<void> {
  const { run, stage, id, upper, estimate } = call;
  const used = failure instanceof ModelFailed && failure.used;
  const usage = used ? upper : noUsage;
  const dollars = used ? estimate.dollars : estimate.dollars && 0;
  const { name, message } = failure;
  await ports.budgets.settle(run.id, id, usage, dollars, [
    stageEvent(ports, run, stage, {
      kind: 'model.failed',
      data: { ...factsOf(call), name, message, usage, dollars, durationMs },
    }),
  ]);
}

/** The request is told by size and hash: what it holds is in the turns before it and in the workspace. */
function factsOf({ turn, choice, request }: Call) {
  const bytes = canonicalJson(request);
  return {
    turn,
    model: choice.model,
    provider: choice.provider,
    requestHash: sha256(bytes),
    requestBytes: Buffer.byteLength(bytes),
  };
}

/** A replayed turn costs nothing, whatever model once spoke it. */
function priceOfChoice(priceOf: PriceOf, choice: ModelChoice, usage: Usage): Price | undefined {
  if (choice.provider === 'replay') return undefined;
  return priceOf(choice.model, usage.input + usage.cacheRead + usage.cacheWrite);
}

function failureOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new ModelFailed(redact(said).value.slice(0, 500), { cause: error });
}

/** Records an observed failure of the stage and gives the error back. */
async function stageFailed<E extends DomainError>(
  ports: GatewayPorts,
  run: Run,
  stage: StageRecord,
  error: E,
): Promise<E> {
  const { name, message } = error;
  await ports.stages.fail(stage, { name, message, observed: true }, [
    stageEvent(ports, run, stage, { kind: 'stage.failed', data: { name, message } }),
  ]);
  return error;
}
