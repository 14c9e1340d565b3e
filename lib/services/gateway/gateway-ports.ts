import type { Price } from '../../domain/budget.ts';
import type { Actor, NewEvent } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import type { StageAttempt } from '../../domain/stage.ts';

/** What the gateway's routes need. */
export type GatewayPorts = Pick<
  Ports,
  | 'clock'
  | 'runs'
  | 'claims'
  | 'slots'
  | 'pauses'
  | 'stages'
  | 'budgets'
  | 'ledger'
  | 'provider'
  | 'limitsOf'
>;

/** Price of a model for a prompt of so many tokens; undefined where none is known. */
export type PriceOf = (model: string, promptTokens: number) => Price | undefined;

/** An event about a stage: what the gateway saw, or what the sandbox claims. */
export function stageEvent(
  ports: Pick<GatewayPorts, 'clock'>,
  run: Pick<Run, 'fence'>,
  stage: StageAttempt,
  event: { kind: string; actor?: Actor; data?: Record<string, unknown> },
): NewEvent {
  const actor = event.actor ?? 'gateway';
  const { role, round, attempt } = stage;
  return {
    kind: event.kind,
    actor,
    standing: actor === 'sandbox' ? 'claimed' : 'observed',
    at: ports.clock.now(),
    fence: run.fence,
    // The stage's own name comes last: a sandbox can't speak for another.
    data: { ...event.data, role, round, attempt },
  };
}
