import type { Ports } from '../../domain/ports.ts';

/** What `GET /healthz` tells. */
export interface Health {
  readonly status: 'ok' | 'stopping' | 'failing';
  readonly version: string;
  readonly queued?: number;
  readonly running?: number;
  /** When the oldest delivery came in that nothing was done about yet, ISO 8601; null where there is none. */
  readonly oldestPendingDelivery?: string | null;
  /** Why the store is no use. */
  readonly reason?: string;
}

/** Looks at the stores, and writes to one of them: a disk that is full is not healthy. */
export async function healthOf(
  { runs, inbox, cursors, clock }: Pick<Ports, 'runs' | 'inbox' | 'cursors' | 'clock'>,
  { version, stopping }: { readonly version: string; readonly stopping: boolean },
): Promise<Health> {
  if (stopping) return { status: 'stopping', version };
  try {
    await cursors.set('healthz', new Date(clock.now()).toISOString());
    const live = await runs.list({ status: ['queued', 'running'] });
    const queued = live.filter(({ status }) => status === 'queued').length;
    const [oldest] = await inbox.pending(1);
    return {
      ...{ status: 'ok', version, queued, running: live.length - queued },
      oldestPendingDelivery: oldest ? new Date(oldest.receivedAt).toISOString() : null,
    };
  } catch (error) {
    const { name, message } = error as Error;
    return { status: 'failing', version, reason: `${name}: ${message}` };
  }
}
