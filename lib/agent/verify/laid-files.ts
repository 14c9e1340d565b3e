import { join } from 'node:path';
import type { CheckRun } from '../../domain/evidence.ts';
import type { Bench } from './checkout.ts';
import { fileDigest } from './folder-digest.ts';
import { entriesOf } from './git.ts';
import type { Kinds } from './kinds.ts';

const mostDoubts = 100;

/** What a run must leave as it is, beside tests and definitions: the paths of the change. */
export interface Watch {
  readonly kinds: Kinds;
  readonly paths: readonly string[];
}

/** Runs something over the tree, and doubts the run where it changed a test, a definition or one of `paths`. */
export async function watched(
  bench: Bench,
  plan: string,
  { kinds, paths }: Watch,
  run: () => Promise<CheckRun>,
): Promise<CheckRun> {
  const entries = await entriesOf(bench.inRepository, plan);
  const laid = [...entries.keys()].filter(
    (path) => kinds.isTest(path) || kinds.isDefinition(path) || paths.includes(path),
  );
  const before = new Map<string, string | undefined>();
  for (const path of laid) before.set(path, await fileDigest(join(bench.tree, path)));
  const result = await run();
  const doubts = [...(result.doubts ?? [])];
  for (const path of laid) {
    const now = await fileDigest(join(bench.tree, path));
    if (now !== before.get(path)) doubts.push(`the run changed ${path.slice(0, 300)}`);
  }
  return doubts.length === 0 ? result : { ...result, doubts: doubts.slice(0, mostDoubts) };
}
