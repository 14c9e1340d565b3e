import { Cancelled } from '../domain/errors.ts';
import { pauseText } from '../domain/pause.ts';
import type { Ports } from '../domain/ports.ts';

/** Throws `Cancelled` while the operator's kill switch is thrown. */
export async function refuseWhilePaused({ pauses }: Pick<Ports, 'pauses'>): Promise<void> {
  const pause = await pauses.get();
  if (pause !== undefined) throw new Cancelled(pauseText(pause));
}
