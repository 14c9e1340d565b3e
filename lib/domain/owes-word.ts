import type { Run } from './run.ts';

/**
 * Whether the run ended in the queue while its issue says that it waits: the publisher takes that back before the
 * run is sealed.
 */
export function owesWord({ status, startedAt, waits }: Run): boolean {
  return (
    status === 'ending' && startedAt === undefined && waits !== undefined && waits.state !== 'over'
  );
}
