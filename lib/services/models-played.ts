import * as z from 'zod';
import type { LedgerEvent } from '../domain/ledger.ts';
import { chainOf } from '../domain/model-chain.ts';
import type { Ports } from '../domain/ports.ts';
import type { Run } from '../domain/run.ts';
import { type ModelRole, modelRoles } from '../domain/stage.ts';
import { modelFor } from '../domain/terms.ts';

const switchSchema = z.object({
  role: z.string(),
  round: z.number(),
  attempt: z.number(),
  /** The call that was not answered. */
  turn: z.number(),
  /** `PROVIDER:MODEL`, and the one that goes on. */
  from: z.string(),
  to: z.string(),
  why: z.string(),
});

/** A stage's calls went to another model of the role's chain from here on. */
export type ModelSwitch = z.infer<typeof switchSchema>;

/** Every switch that the gateway saw, oldest first. */
export function switchesIn(events: readonly LedgerEvent[]): readonly ModelSwitch[] {
  return observed(events, 'model.switched').flatMap(({ data }) => {
    const read = switchSchema.safeParse(data);
    return read.success ? [read.data] : [];
  });
}

/** By role, each by name. */
export type PlayedModels = Readonly<Record<ModelRole, string>>;

/**
 * The models that played each role, in the order in which they first answered, of one round or of all; where none has
 * answered yet, those that may.
 */
export async function modelsPlayed(
  ports: Pick<Ports, 'ledger'>,
  run: Run,
  round?: number,
): Promise<PlayedModels> {
  const may = (role: ModelRole) => [
    ...new Set(chainOf(modelFor(run, role)).map(({ model }) => model)),
  ];
  // A role with one model needs no look at the ledger.
  const several = modelRoles.some((role) => may(role).length > 1);
  const events = several ? await ports.ledger.events(run.id) : [];
  const played = (role: ModelRole) => {
    const answered = observed(events, 'model.called')
      .filter(({ data }) => data?.role === role && (round ?? data.round) === data.round)
      .map(({ data }) => String(data?.model));
    if (answered.length === 0) return may(role).join(', else ');
    return [...new Set(answered)].join(', ');
  };
  return {
    'issue-reader': played('issue-reader'),
    coder: played('coder'),
    reviewer: played('reviewer'),
  };
}

function observed(events: readonly LedgerEvent[], kind: string): readonly LedgerEvent[] {
  return events.filter((event) => event.kind === kind && event.standing === 'observed');
}
