import { Readable } from 'node:stream';
import { ScopeRefused } from '../../../domain/errors.ts';
import { upperUsage } from '../../../domain/estimate.ts';
import type { Run } from '../../../domain/run.ts';
import type { StageRecord } from '../../../domain/stage.ts';
import { type RelayOf, type WireReply, wiresOf } from '../../../domain/wire.ts';
import { runOf } from '../../lifecycle/run-facts.ts';
import type { HttpAnswer } from '../answer.ts';
import { type AskedLink, askChain, type Unanswered } from '../ask-chain.ts';
import { failureOf, reserveCall, settleFailure, signalOf, stageFailed } from '../call-account.ts';
import type { GatewayPorts, PriceOf } from '../gateway-ports.ts';
import { refusedCall } from '../refused-call.ts';
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
  const { ports } = options;
  try {
    const run = await runOf(ports, stage.run);
    const left = signalOf(ports, stage, hangUp);
    const asked = await askChain(ports, { run, stage }, left, (link) =>
      askLink(options, { ...wanted, run, link, left }),
    );
    if ('reply' in asked) return asked.reply;
    const { failure, began = false } = asked;
    // The client may mend its request, or ask again.
    if (left.aborted || began || refusalOf(failure) !== undefined) throw failure;
    throw await stageFailed(ports, { run, stage }, failure);
  } catch (error) {
    ticket.leave();
    throw error;
  }
}

/** A call as it is put to one model of the role's chain. */
interface PutCall extends Wanted {
  readonly run: Run;
  readonly link: AskedLink;
  readonly left: AbortSignal;
}

async function askLink(
  options: RelayOptions,
  put: PutCall,
): Promise<{ readonly reply: HttpAnswer } | Unanswered> {
  const open = await opened(options, put).catch(async (error: unknown) => {
    throw await refusedCall(options.ports, put.stage, put.rules.wire, error);
  });
  const { call, checked } = open;
  const signal = AbortSignal.any([put.left, open.abort.signal]);
  let reply: WireReply;
  try {
    reply = await asked(options, open, put, signal);
  } catch (error) {
    const failure = failureOf(error);
    await settleFailure(options.ports, options.priceOf, call, failure);
    return { failure, call };
  }
  const { stream } = checked;
  const type = reply.contentType || (stream ? 'text/event-stream' : 'application/json');
  const head = {
    status: 200,
    headers: { 'content-type': type, 'cache-control': 'no-store' },
  };
  if (stream) return { reply: { ...head, body: streamReply(open, reply) } };
  try {
    return { reply: { ...head, body: Readable.from([await wholeReply(open, reply)]) } };
  } catch (error) {
    return { failure: failureOf(error), call, began: true };
  }
}

async function opened(options: RelayOptions, put: PutCall): Promise<OpenCall> {
  const { ports, priceOf } = options;
  const { run, stage, link, rules, request, ticket } = put;
  const { choice } = link;
  if (!wiresOf(choice).includes(rules.wire)) {
    const fitting = wiresOf(choice).join(' and ') || 'none';
    throw new ScopeRefused(
      `${choice.provider} does not speak ${rules.wire}, and nothing is translated here; it speaks ${fitting}`,
    );
  }
  const asked = rules.check(request, choice.model);
  const checked = link.switched ? { ...asked, body: rules.unsigned(asked.body) } : asked;
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
  const call = await reserveCall(ports, priceOf, { run, stage, link, request: body, upper, facts });
  return { ports, priceOf, rules, checked, call, ticket, abort: new AbortController() };
}

function asked(
  { relayOf }: RelayOptions,
  { call, checked, rules }: OpenCall,
  { stage, headers }: PutCall,
  signal: AbortSignal,
): Promise<WireReply> {
  const { role, round, attempt } = stage;
  return relayOf(
    call.choice,
    call.run.settings,
  )({
    wire: rules.wire,
    choice: call.choice,
    address: { run: call.run.id, role, round, attempt, turn: call.turn },
    body: checked.body,
    stream: checked.stream,
    headers: rules.headers(headers),
    signal,
  });
}
