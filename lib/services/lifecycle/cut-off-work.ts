import { parsePartialWork } from '../../domain/handoff.ts';
import type { Ports } from '../../domain/ports.ts';
import type { StageAttempt } from '../../domain/stage.ts';
import type { StageInput } from '../../domain/stage-input.ts';

/** What an attempt begins from where earlier ones of its stage were cut off: the newest work that was kept. */
export async function cutOffWork(
  ports: Pick<Ports, 'stages' | 'ledger'>,
  { run, role, round, attempt }: StageAttempt,
): Promise<StageInput['cutOff']> {
  const kept = (await ports.stages.list(run)).findLast(
    (stage) =>
      stage.role === role &&
      stage.round === round &&
      stage.attempt < attempt &&
      stage.partial !== undefined,
  );
  if (kept?.partial === undefined) return undefined;
  const bytes = await ports.ledger.payload(run, kept.partial);
  const { files } = parsePartialWork(JSON.parse(bytes.toString('utf8')));
  return { attempt: kept.attempt, files };
}
