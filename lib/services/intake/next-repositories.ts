import type { Ports } from '../../domain/ports.ts';

/** Some of the repositories that the App is installed on, and where the next ones are, if there are any. */
export interface InstalledBatch {
  readonly names: readonly string[];
  readonly next?: string;
}

const cursorName = 'installed repositories';
/** Looked at in one go: each takes two calls of GitHub's API, and there are five minutes until the next. */
const enough = 100;
/** Batches asked for in one go. */
const mostBatches = 4;

/**
 * The repositories to look at next, where the App is installed: as many as one look takes, from where the last one
 * ended, and after the last one from the start. Throws what `batchAfter` throws.
 */
export async function nextRepositories(
  { cursors }: Pick<Ports, 'cursors'>,
  batchAfter: (cursor: string | undefined) => Promise<InstalledBatch>,
): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor = (await cursors.get(cursorName)) || undefined;
  for (let batches = 0; batches < mostBatches && names.length < enough; batches += 1) {
    const batch = await batchAfter(cursor);
    names.push(...batch.names);
    cursor = batch.next;
    if (cursor === undefined) break;
  }
  await cursors.set(cursorName, cursor ?? '');
  return names;
}
