import { upperUsageOf } from '../../domain/estimate.ts';
import { canonicalJson, type NewEvent } from '../../domain/ledger.ts';
import type { ModelReply, ModelRequest } from '../../domain/model.ts';
import { redactJson } from '../../domain/redact.ts';
import type { Run } from '../../domain/run.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import { type AskedLink, askChain, type Unanswered } from './ask-chain.ts';
import {
  failureOf,
  refuseModelless,
  reserveCall,
  settleFailure,
  settleReply,
  signalOf,
  stageFailed,
} from './call-account.ts';
import { toldBeside } from './events.ts';
import type { GatewayPorts, PriceOf } from './gateway-ports.ts';
import { forLink, ofLink } from './link-turns.ts';
import { parseModelRequest } from './model-request.ts';
import { refusedCall } from './refused-call.ts';

/**
 * One model turn of a stage. The budget is reserved before the provider is asked and settled after; the
 * gateway itself records what was said and used. Where the role's model can't be had, the next of its chain is asked, each
 * time with a reservation of its own. A failure for good becomes the stage's observed failure. What the
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
  const { request, told } = await wanted(stage, body).catch(async (error: unknown) => {
    throw await refusedCall(ports, stage, undefined, error);
  });
  const run = await runOf(ports, stage.run);
  let events = await toldBeside(ports, run, stage, told);
  const signal = signalOf(ports, stage, hangUp);
  const asked = await askChain(ports, { run, stage }, signal, async (link) => {
    const beside = events;
    events = [];
    return ask(ports, priceOf, { run, stage, link, request, signal, events: beside });
  });
  if ('reply' in asked) return asked.reply;
  // A call that was given up says nothing against the model: the stage is judged by what ended it.
  if (signal.aborted) throw asked.failure;
  throw await stageFailed(ports, { run, stage }, asked.failure);
}

async function wanted(stage: StageRecord, body: unknown) {
  refuseModelless(stage);
  return parseModelRequest(body);
}

interface Asking {
  readonly run: Run;
  readonly stage: StageRecord;
  readonly link: AskedLink;
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly events: readonly NewEvent[];
}

async function ask(
  ports: GatewayPorts,
  priceOf: PriceOf,
  { run, stage, link, request: given, signal, events }: Asking,
): Promise<{ readonly reply: ModelReply } | Unanswered> {
  const request = forLink(given, link);
  const wanted = { run, stage, link, request, upper: upperUsageOf(request) };
  const call = await reserveCall(ports, priceOf, wanted, events).catch(async (error: unknown) => {
    if (events.length > 0) await ports.ledger.append(run.id, events);
    throw await refusedCall(ports, stage, undefined, error);
  });
  const { choice, turn } = call;
  const { role, round, attempt } = stage;
  try {
    const address = { run: run.id, role, round, attempt, turn };
    const reply = ofLink(
      await ports.provider(choice, run.settings)({ request, choice, address, signal }),
      link,
    );
    const { value, count } = redactJson(reply);
    const kept = { value: canonicalJson(value), count };
    await settleReply(ports, priceOf, call, { ...reply, kept });
    return { reply };
  } catch (error) {
    const failure = failureOf(error);
    await settleFailure(ports, priceOf, call, failure);
    return { failure, call };
  }
}
