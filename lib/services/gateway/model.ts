import { upperUsageOf } from '../../domain/estimate.ts';
import { canonicalJson } from '../../domain/ledger.ts';
import type { ModelReply, ModelRequest } from '../../domain/model.ts';
import { redactJson } from '../../domain/redact.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import {
  type Call,
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
import { parseModelRequest } from './model-request.ts';

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
  refuseModelless(stage);
  const { request, told } = parseModelRequest(body);
  const run = await runOf(ports, stage.run);
  const events = await toldBeside(ports, run, stage, told);
  const wanted = { run, stage, request, upper: upperUsageOf(request) };
  const call = await reserveCall(ports, priceOf, wanted, events).catch(async (error: unknown) => {
    if (events.length > 0) await ports.ledger.append(run.id, events);
    throw error;
  });
  return ask(ports, priceOf, call, request, signalOf(ports, stage, hangUp));
}

async function ask(
  ports: GatewayPorts,
  priceOf: PriceOf,
  call: Call,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<ModelReply> {
  const { run, stage, turn, choice } = call;
  const { role, round, attempt } = stage;
  try {
    const address = { run: run.id, role, round, attempt, turn };
    const reply = await ports.provider(choice)({ request, choice, address, signal });
    const { value, count } = redactJson(reply);
    const kept = { value: canonicalJson(value), count };
    await settleReply(ports, priceOf, call, { ...reply, kept });
    return reply;
  } catch (error) {
    const failure = failureOf(error);
    await settleFailure(ports, priceOf, call, failure);
    // A call that was given up says nothing against the model: the stage is judged by what ended it.
    if (signal.aborted) throw failure;
    throw await stageFailed(ports, call, failure);
  }
}
