import type { Scope } from './scope.ts';

/**
 * Runs the jobs side by side, at most `limit` at once, and gives their results in order. The first failure
 * aborts the others' signal, waits until they have stopped, and is thrown.
 */
export async function runBranches(
  jobs: readonly ((scope: Scope) => Promise<unknown>)[],
  limit: number,
  scope: Scope,
): Promise<unknown[]> {
  const own = new AbortController();
  const inner: Scope = { ...scope, signal: AbortSignal.any([scope.signal, own.signal]) };
  const results: unknown[] = [];
  const queue = jobs.entries();
  let failed: { readonly error: unknown } | undefined;
  const worker = async () => {
    for (const [index, job] of queue) {
      if (failed !== undefined) return;
      try {
        results[index] = await job(inner);
      } catch (error) {
        failed ??= { error };
        own.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, jobs.length) }, worker));
  if (failed !== undefined) throw (failed as { error: unknown }).error;
  return results;
}
