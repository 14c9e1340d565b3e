import * as z from 'zod';
import { validatePartialWork } from '../../domain/change.ts';
import { errorNamed, RequestInvalid, ScopeRefused } from '../../domain/errors.ts';
import { parseHandoff, parsePartialWork } from '../../domain/handoff.ts';
import { canonicalJson } from '../../domain/ledger.ts';
import { redact } from '../../domain/redact.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { baseOf, runOf } from '../lifecycle/run-facts.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';

/**
 * Takes a stage's handoff: the first one stands. It is stored unredacted, since a change must keep its
 * bytes; the publisher looks for secrets. Throws `HandoffInvalid`, `SessionRefused`.
 */
export async function takeResult(
  ports: GatewayPorts,
  stage: StageRecord,
  body: unknown,
): Promise<void> {
  const handoff = parseHandoff(stage.role, body);
  const run = await runOf(ports, stage.run);
  const payload = await ports.ledger.putPayload(stage.run, canonicalJson(handoff));
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
  const payload = await ports.ledger.putPayload(stage.run, canonicalJson(work));
  await ports.stages.keepPartial(stage, payload, [
    stageEvent(ports, run, stage, {
      kind: 'work.kept',
      actor: 'sandbox',
      data: { files: work.files.length, payload },
    }),
  ]);
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
