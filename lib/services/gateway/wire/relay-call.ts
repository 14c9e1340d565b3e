import { Readable } from 'node:stream';
import { ScopeRefused } from '../../../domain/errors.ts';
import { upperUsage } from '../../../domain/estimate.ts';
import type { StageRecord } from '../../../domain/stage.ts';
import { modelFor } from '../../../domain/terms.ts';
import { type RelayOf, type WireReply, wiresOf } from '../../../domain/wire.ts';
import { runOf } from '../../lifecycle/run-facts.ts';
import type { HttpAnswer } from '../answer.ts';
import {
  failureOf,
  refuseModelless,
  reserveCall,
  settleFailure,
  signalOf,
  stageFailed,
} from '../call-account.ts';
import type { GatewayPorts, PriceOf } from '../gateway-ports.ts';
import type { Members } from './members.ts';
import type { OpenCall } from './open-call.ts';
import type { Ticket } from './rush.ts';
import { streamReply } from './stream-reply.ts';
import { wholeReply } from './whole-reply.ts';
import { refusalOf } from './wire-error.ts';
import type { WireRules } from './wire-rules.ts';

/** What calls in a provider's protocol stand on. */
export interface RelayOptions {
  readonly ports: GatewayPorts;
  readonly priceOf: PriceOf;
  readonly relayOf: RelayOf;
}

/** A call as a client made it. */
export interface Wanted {
  readonly stage: StageRecord;
  readonly rules: WireRules;
  readonly request: Members;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly ticket: Ticket;
  readonly hangUp: AbortSignal;
}

/**
 * One model call of a stage in its provider's own protocol, in the same account as a neutral one. Whatever model the
 * client names, the one set for the role is asked: a client's side questions go to models of its own choice, and
 * would fail for nothing. Throws as `modelTurn` does; a refusal that another request may not meet fails no stage.
 */
export async function relayCall(options: RelayOptions, wanted: Wanted): Promise<HttpAnswer> {
  const { stage, ticket, hangUp } = wanted;
  try {
    const open = await opened(options, wanted);
    const signal = AbortSignal.any([signalOf(options.ports, stage, hangUp), open.abort.signal]);
    const reply = await asked(options, open, wanted, signal);
    const { stream } = open.checked;
    const type = reply.contentType || (stream ? 'text/event-stream' : 'application/json');
    const headers = { 'content-type': type, 'cache-control': 'no-store' };
    if (stream) return { status: 200, headers, body: streamReply(open, reply) };
    return { status: 200, headers, body: Readable.from([await wholeReply(open, reply)]) };
  } catch (error) {
    ticket.leave();
    throw error;
  }
}

async function opened(options: RelayOptions, wanted: Wanted): Promise<OpenCall> {
  const { ports, priceOf } = options;
  const { stage, rules, request, ticket } = wanted;
  refuseModelless(stage);
  const run = await runOf(ports, stage.run);
  const choice = modelFor(run, stage.role);
  if (!wiresOf(choice).includes(rules.wire)) {
    const fitting = wiresOf(choice).join(' and ') || 'none';
    throw new ScopeRefused(
      `${choice.provider} does not speak ${rules.wire}, and nothing is translated here; it speaks ${fitting}`,
    );
  }
  const checked = rules.check(request, choice.model);
  const { body, stream, maxTokens, askedFor, dropped } = checked;
  const facts = {
    wire: rules.wire,
    stream,
    askedFor: askedFor === choice.model ? undefined : askedFor,
    dropped: dropped.length === 0 ? undefined : dropped,
    // Known only once the call has ended.
    get overlapped() {
      return ticket.overlapped || undefined;
    },
  };
  const upper = upperUsage(body, maxTokens);
  const call = await reserveCall(ports, priceOf, { run, stage, request: body, upper, facts });
  return { ports, priceOf, rules, checked, call, ticket, abort: new AbortController() };
}

async function asked(
  { ports, priceOf, relayOf }: RelayOptions,
  { call, checked, rules }: OpenCall,
  { stage, headers }: Wanted,
  signal: AbortSignal,
): Promise<WireReply> {
  const { role, round, attempt } = stage;
  try {
    return await relayOf(call.choice)({
      wire: rules.wire,
      choice: call.choice,
      address: { run: call.run.id, role, round, attempt, turn: call.turn },
      body: checked.body,
      stream: checked.stream,
      headers: rules.headers(headers),
      signal,
    });
  } catch (error) {
    const failure = failureOf(error);
    await settleFailure(ports, priceOf, call, failure);
    // The client may mend its request, or ask again.
    if (signal.aborted || refusalOf(failure) !== undefined) throw failure;
    throw await stageFailed(ports, call, failure);
  }
}
