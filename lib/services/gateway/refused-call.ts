import { DomainError, SessionRefused } from '../../domain/errors.ts';
import { redact } from '../../domain/redact.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import { attemptCount } from './attempt-count.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';

/** Refused calls of one attempt that are recorded: they cost nothing, so that a ledger could be filled with them. */
const mostRefused = 50;
const kind = 'model.refused';
const counted = attemptCount(mostRefused, (event) => event.kind === kind);

/**
 * Records a model call that was refused before anything was set aside for it, and gives the error back. `wire` is the
 * protocol that it came in, undefined for the neutral one. An attempt that has ended has no calls to record.
 */
export async function refusedCall(
  ports: Pick<GatewayPorts, 'clock' | 'ledger' | 'runs'>,
  stage: StageRecord,
  wire: string | undefined,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof DomainError) || error instanceof SessionRefused) return error;
  if (!(await counted(ports, stage, 1))) return error;
  const run = await runOf(ports, stage.run);
  const { name } = error;
  const message = redact(error.message).value.slice(0, 300);
  await ports.ledger.append(run.id, [
    stageEvent(ports, run, stage, { kind, data: { wire, name, message } }),
  ]);
  return error;
}
