import { noUsage, type Usage } from '../../../domain/budget.ts';
import { BudgetExceeded, type DomainError, ModelFailed } from '../../../domain/errors.ts';
import type { Redacted } from '../../../domain/redact.ts';
import { type Call, overspent, settleFailure, settleReply, stageFailed } from '../call-account.ts';
import type { GatewayPorts, PriceOf } from '../gateway-ports.ts';
import type { Ticket } from './rush.ts';
import type { Checked, Tally, WireRules } from './wire-rules.ts';

/** A call that is under way. */
export interface OpenCall {
  readonly ports: GatewayPorts;
  readonly priceOf: PriceOf;
  readonly rules: WireRules;
  readonly checked: Checked;
  readonly call: Call;
  readonly ticket: Ticket;
  /** Ends the call at the provider. */
  readonly abort: AbortController;
}

/** Nothing is known yet. */
export const emptyTally = (): Tally => ({ model: '', stop: '', complete: false });

/**
 * No text comes in tokens longer than this on average, in bytes: what came sets a floor under what a server should have
 * counted.
 */
const longestToken = 16;

/** The call has used more than was set aside for it, and the budget does not hold the rest. */
export async function beyondBudget(
  { ports, priceOf, call }: OpenCall,
  known: Tally,
  received: number,
): Promise<BudgetExceeded | undefined> {
  // Most servers count at the end only: until then the input is what was set aside for it.
  const counted = known.usage ?? { ...call.upper, output: 0 };
  const output = Math.max(counted.output, Math.floor(received / longestToken));
  return overspent(ports, priceOf, call, { ...counted, output });
}

/** Settles a call whose reply came whole, or says why it broke off. */
export async function settle(
  open: OpenCall,
  known: Tally,
  received: number,
  kept: () => Redacted<string>,
  failure?: DomainError,
): Promise<void> {
  const { ports, priceOf, call, ticket } = open;
  ticket.leave();
  if (failure === undefined) {
    const { model, stop, usage } = known;
    const estimated = usage === undefined ? (true as const) : undefined;
    const used = usage ?? guessed(open, received);
    const reply = { model: model || call.choice.model, stop, usage: used, estimated };
    return settleReply(ports, priceOf, call, { ...reply, kept: kept() });
  }
  const remains = { usage: usedBy(open, known, received), kept: kept() };
  await settleFailure(ports, priceOf, call, failure, remains);
  if (failure instanceof BudgetExceeded) await stageFailed(ports, call, failure);
}

/** The reply broke off as its client did. */
export function hungUp(): ModelFailed {
  return new ModelFailed('the model call was given up before its reply was complete');
}

/** For servers that count nothing: by bytes, as no token is shorter than one. */
function guessed({ call, checked }: OpenCall, received: number): Usage {
  const { cacheWrite: input } = call.upper;
  return { ...noUsage, input, output: Math.min(received, checked.maxTokens) };
}

/**
 * What a reply used that broke off: what was counted, else what came. Where a model may think unseen, what came says
 * little, and the whole of what it was allowed counts.
 */
function usedBy(open: OpenCall, known: Tally, received: number): Usage {
  const { checked } = open;
  const seen = checked.hidden ? checked.maxTokens : guessed(open, received).output;
  const { usage } = known;
  if (usage === undefined) return { ...guessed(open, received), output: seen };
  return { ...usage, output: known.complete ? usage.output : Math.max(usage.output, seen) };
}
