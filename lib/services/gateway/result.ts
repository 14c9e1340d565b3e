import * as z from 'zod';
import { keepPartial, leaveHandoff } from '../../domain/attempt.ts';
import { validatePartialWork } from '../../domain/change.ts';
import { errorNamed, RequestInvalid, ScopeRefused } from '../../domain/errors.ts';
import { parseHandoff, parsePartialWork } from '../../domain/handoff.ts';
import { canonicalJson, sha256 } from '../../domain/ledger.ts';
import { redact } from '../../domain/redact.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { baseOf, runOf } from '../lifecycle/run-facts.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';

/**
 * Takes a stage's handoff: the first one stands. It is stored unredacted, since a change must keep its
 * bytes; the publisher looks for secrets. Throws `HandoffInvalid`, `SessionRefused`, `ScopeRefused`.
 */
export async function takeResult(
  ports: GatewayPorts,
  stage: StageRecord,
  body: unknown,
): Promise<void> {
  const handoff = parseHandoff(stage.role, body);
  const run = await runOf(ports, stage.run);
  const payload = await stored(ports, stage, canonicalJson(handoff), leaveHandoff);
  if (payload === undefined) return;
  await ports.stages.leave(stage, payload, [
    stageEvent(ports, run, stage, {
      kind: 'handoff.left',
      data: { kind: handoff.kind, payload },
    }),
  ]);
}

/**
 * Takes what a coder's folder holds when its attempt is cut off, so that the next attempt begins there. Nothing about it
 * is seen to be so: the event is a claim. Throws `ScopeRefused`, `HandoffInvalid`, `PolicyViolation`, `SessionRefused`.
 */
export async function takePartial(
  ports: GatewayPorts,
  stage: StageRecord,
  body: unknown,
): Promise<void> {
  if (stage.role !== 'coder') throw new ScopeRefused(`a ${stage.role} leaves no partial work`);
  const work = parsePartialWork(body);
  const run = await runOf(ports, stage.run);
  validatePartialWork(work, baseOf(run).commit);
  const payload = await stored(ports, stage, canonicalJson(work), keepPartial);
  if (payload === undefined) return;
  await ports.stages.keepPartial(stage, payload, [
    stageEvent(ports, run, stage, {
      kind: 'work.kept',
      actor: 'sandbox',
      data: { files: work.files.length, payload },
    }),
  ]);
}

/** Bodies that are stored for one attempt. One that behaves leaves one or two; a store may fail between body and record. */
const mostBodies = 8;

/**
 * Stores a body and gives its digest, undefined where `rule` would change nothing by it. The rule comes first, since what
 * is stored may never be deleted; it comes again with the record, where only one of those that came at once stands.
 * Throws what the rule throws, and `ScopeRefused` for more bodies than an attempt may have.
 */
async function stored(
  ports: GatewayPorts,
  stage: StageRecord,
  bytes: string,
  rule: (record: StageRecord, digest: string) => StageRecord,
): Promise<string | undefined> {
  // What the session was opened with is older than a body that took long to come.
  const record = (await ports.stages.get(stage)) ?? stage;
  if (rule(record, sha256(bytes)) === record) return undefined;
  if ((await ports.stages.nextBody(stage)) > mostBodies) {
    throw new ScopeRefused(`an attempt may have ${mostBodies} bodies stored`);
  }
  return ports.ledger.putPayload(stage.run, bytes);
}

const failureSchema = z.object({
  error: z.string().max(100),
  message: z.string().max(20_000),
});

/** Takes what a sandbox says went wrong, as a claim. A name that is not the domain's is `StageLost`. */
export async function takeFailure(
  ports: GatewayPorts,
  stage: StageRecord,
  body: unknown,
): Promise<void> {
  const parsed = failureSchema.safeParse(body);
  if (!parsed.success) throw new RequestInvalid('a failure is {error, message}');
  const run = await runOf(ports, stage.run);
  const said = redact(parsed.data.message).value.slice(0, 2000);
  const { name, message } = errorNamed(parsed.data.error, said);
  await ports.stages.fail(stage, { name, message, observed: false }, [
    stageEvent(ports, run, stage, {
      kind: 'stage.failed',
      actor: 'sandbox',
      data: { name, message },
    }),
  ]);
}
