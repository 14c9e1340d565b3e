import { isDeepStrictEqual } from 'node:util';
import {
  admitCall,
  budgetLeft,
  type CallEstimate,
  costOf,
  noUsage,
  type Price,
  tokensOf,
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
import { estimateOf } from '../../domain/estimate.ts';
import { canonicalJson, type NewEvent, sha256 } from '../../domain/ledger.ts';
import { chainOf, type Link } from '../../domain/model-chain.ts';
import { policyPath } from '../../domain/policy.ts';
import { type Redacted, redact } from '../../domain/redact.ts';
import type { ModelChoice, Run } from '../../domain/run.ts';
import { type StageRecord, stageLabel } from '../../domain/stage.ts';
import { budgetOf, limitsIn, modelFor } from '../../domain/terms.ts';
import { type GatewayPorts, type PriceOf, stageEvent } from './gateway-ports.ts';
import { heartbeat } from './heartbeat.ts';

/** A model call that is wanted, in whatever protocol. */
export interface WantedCall {
  readonly run: Run;
  readonly stage: StageRecord;
  /** The model of the role's chain that is to be asked. */
  readonly link: Link;
  /** As it goes to the provider; the ledger keeps its size and hash. */
  readonly request: unknown;
  /** What it may use at most. */
  readonly upper: Usage;
  /** What the ledger tells of the call beside. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** A call with its number and its place in the budget. */
export interface Call extends WantedCall {
  readonly turn: number;
  /** The call's name in the budget's account. */
  readonly id: string;
  readonly choice: ModelChoice;
  readonly estimate: CallEstimate;
  /** Milliseconds since the epoch. */
  readonly began: number;
}

/** What came of a call that was answered. */
export interface CallReply {
  readonly model: string;
  /** In the words of its protocol. */
  readonly stop: string;
  readonly usage: Usage;
  readonly estimated?: true | undefined;
  /** The reply as the ledger keeps it. */
  readonly kept: Redacted<string>;
}

/** What is known of a call that failed. */
interface CallRemains {
  readonly usage: Usage;
  readonly kept: Redacted<string>;
}

type Account = Pick<GatewayPorts, 'clock' | 'ledger' | 'budgets' | 'stages'>;

/**
 * Reserves the budget for a call, before the provider is asked; `events` are stored with it. What no later try can
 * mend becomes the stage's observed failure. Throws `ScopeRefused`, `AgentStuck`, `Cancelled`, `FenceStale`,
 * `BudgetExceeded`, `ConfigInvalid`.
 */
export async function reserveCall(
  ports: GatewayPorts,
  priceOf: PriceOf,
  wanted: WantedCall,
  events: readonly NewEvent[] = [],
): Promise<Call> {
  const { run, stage, upper } = wanted;
  const { choice } = wanted.link;
  await refuseBeyondLimit(ports, run, stage, stage.turns + 1);
  await heartbeat(ports, run);
  await refuseUnpriced(ports, priceOf, run, stage);
  const estimate = estimateOf(upper, priceOfChoice(priceOf, choice, upper));
  const turn = await ports.stages.nextTurn(stage);
  // Once more: calls at the same time all saw the same count.
  await refuseBeyondLimit(ports, run, stage, turn);
  const id = `${stageLabel(stage)}-${turn}`;
  const call = { ...wanted, turn, id, choice, estimate, began: ports.clock.now() };
  await reserve(ports, call, events);
  return call;
}

/** Throws `ScopeRefused` for a role that no model plays. */
export function refuseModelless({ role }: StageRecord): void {
  if (role === 'verifier') throw new ScopeRefused('a verifier has no model');
}

/** Aborted when the client is gone, and at the stage's deadline: beyond it nobody takes the reply. */
export function signalOf(
  { clock }: Pick<GatewayPorts, 'clock'>,
  stage: StageRecord,
  hangUp: AbortSignal,
): AbortSignal {
  const left = Math.max(0, stage.deadline - clock.now());
  return AbortSignal.any([hangUp, AbortSignal.timeout(left)]);
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
  throw await stageFailed(ports, { run, stage }, error);
}

/** A repository that names a model without a price would put the operator's dollars out of force. */
async function refuseUnpriced(
  ports: GatewayPorts,
  priceOf: PriceOf,
  run: Run,
  stage: StageRecord,
): Promise<void> {
  const { model: main, roleModels } = run.settings;
  const own = roleModels[stage.role] ?? main;
  const played = chainOf(modelFor(run, stage.role));
  if (isDeepStrictEqual(played, chainOf(own))) return;
  const priced = (choice: ModelChoice) => priceOfChoice(priceOf, choice, noUsage) !== undefined;
  // A model that only stands in for the operator's is no first choice for the repository to make.
  const named = played.find((choice) => !priced(choice) && choice.model !== own.model);
  if (named === undefined || ![main, ...Object.values(roleModels)].flatMap(chainOf).some(priced))
    return;
  const why = `roles.${stage.role}.model: ${named.model} has no known price, so no budget in dollars would bind`;
  const how = `the operator can allow it with --role-model ${stage.role}=${named.model}`;
  const error = new ConfigInvalid(`${policyPath}: ${why}; ${how}`);
  throw await stageFailed(ports, { run, stage }, error);
}

async function reserve(ports: Account, call: Call, events: readonly NewEvent[]): Promise<void> {
  const { run, id, estimate } = call;
  try {
    const budget = budgetLeft(budgetOf(run), run.continues?.spent);
    await ports.budgets.reserve(run.id, id, budget, estimate, events);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    throw await stageFailed(ports, call, error);
  }
}

/** Why a call must go no further: it used more than was set aside, and the budget does not hold the rest. */
export async function overspent(
  ports: Account,
  priceOf: PriceOf,
  call: Call,
  usage: Usage,
): Promise<BudgetExceeded | undefined> {
  const { run, estimate, choice } = call;
  const tokens = tokensOf(usage) - estimate.tokens;
  const cost = costOf(usage, priceOfChoice(priceOf, choice, usage)) ?? 0;
  const dollars = cost - (estimate.dollars ?? cost);
  if (tokens <= 0 && dollars <= 0) return undefined;
  const spent = await ports.budgets.spent(run.id);
  try {
    const more = { tokens: Math.max(0, tokens), dollars: Math.max(0, dollars) };
    // The call itself is counted among the turns already.
    const before = { ...spent, turns: spent.turns - 1 };
    admitCall(budgetLeft(budgetOf(run), run.continues?.spent), before, more);
    return undefined;
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return new BudgetExceeded(`the reply used more than was set aside for it: ${error.message}`);
  }
}

/** Settles a call by what its reply used, and records it. */
export async function settleReply(
  ports: Account,
  priceOf: PriceOf,
  call: Call,
  reply: CallReply,
): Promise<void> {
  const { run, stage, id, choice, began } = call;
  const { usage, estimated, kept } = reply;
  const dollars = costOf(usage, priceOfChoice(priceOf, choice, usage));
  const payload = await ports.ledger.putPayload(run.id, kept.value);
  await ports.budgets.settle(run.id, id, usage, dollars, [
    stageEvent(ports, run, stage, {
      kind: 'model.called',
      data: {
        ...factsOf(call),
        answeredAs: reply.model,
        stop: reply.stop,
        usage,
        estimated,
        dollars,
        durationMs: ports.clock.now() - began,
        reply: payload,
        redacted: kept.count === 0 ? undefined : kept.count,
      },
    }),
  ]);
}

/**
 * Settles a call that failed. Where nobody knows what was used, the upper bound counts; other errors come before
 * anything is asked.
 */
export async function settleFailure(
  ports: Account,
  priceOf: PriceOf,
  call: Call,
  failure: DomainError,
  remains?: CallRemains,
): Promise<void> {
  const { run, stage, id, upper, estimate, choice, began } = call;
  const used = failure instanceof ModelFailed && failure.used;
  const usage = remains?.usage ?? (used ? upper : noUsage);
  const dollars =
    remains !== undefined
      ? costOf(usage, priceOfChoice(priceOf, choice, usage))
      : used
        ? estimate.dollars
        : estimate.dollars && 0;
  const { name, message } = failure;
  const kept = remains && (await ports.ledger.putPayload(run.id, remains.kept.value));
  const redacted = remains?.kept.count || undefined;
  const durationMs = ports.clock.now() - began;
  await ports.budgets.settle(run.id, id, usage, dollars, [
    stageEvent(ports, run, stage, {
      kind: 'model.failed',
      data: { ...factsOf(call), name, message, usage, dollars, durationMs, kept, redacted },
    }),
  ]);
}

/** The request is told by size and hash: what it holds is in the turns before it and in the workspace. */
function factsOf({ turn, choice, request, facts }: Call) {
  const bytes = canonicalJson(request);
  return {
    ...facts,
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

/** Whatever a call ended by, as an error of the domain. */
export function failureOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new ModelFailed(redact(said).value.slice(0, 500), { cause: error });
}

/** Records an observed failure of the stage and gives the error back. */
export async function stageFailed<E extends DomainError>(
  ports: Pick<GatewayPorts, 'clock' | 'stages'>,
  { run, stage }: Pick<WantedCall, 'run' | 'stage'>,
  error: E,
): Promise<E> {
  const { name, message } = error;
  await ports.stages.fail(stage, { name, message, observed: true }, [
    stageEvent(ports, run, stage, { kind: 'stage.failed', data: { name, message } }),
  ]);
  return error;
}
