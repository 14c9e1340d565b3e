import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RawResult } from './ecosystem.ts';

const lineSchema = z.object({
  file: z.string(),
  names: z.array(z.string()),
  status: z.enum(['started', 'passed', 'failed', 'skipped']),
  message: z.string().optional(),
  load: z.boolean().optional(),
});

/**
 * Reads what our reporters wrote: files of JSON lines, one for each process. A test that started and never
 * ended counts as failed. Null where no file with this prefix is there; lines that are not ours are passed over.
 */
export async function readResultFiles(dir: string, prefix: string): Promise<RawResult[] | null> {
  const names = (await readdir(dir)).filter((n) => n.startsWith(prefix) && n.endsWith('.jsonl'));
  if (names.length === 0) return null;
  const results: RawResult[] = [];
  for (const name of names.sort()) {
    results.push(...resultsOf(await readFile(join(dir, name), 'utf8')));
  }
  return results;
}

function resultsOf(text: string): RawResult[] {
  const results: RawResult[] = [];
  const open = new Map<string, { line: RawResult; count: number }>();
  for (const line of text.split('\n')) {
    const parsed = lineSchema.safeParse(parseLine(line));
    if (!parsed.success) continue;
    const { status, ...rest } = parsed.data;
    const key = JSON.stringify([rest.file, rest.names]);
    const begun = open.get(key);
    if (status === 'started') {
      const failed: RawResult = { ...rest, status: 'failed', message: 'started and never ended' };
      open.set(key, { line: failed, count: (begun?.count ?? 0) + 1 });
      continue;
    }
    if (begun !== undefined) begun.count -= 1;
    results.push({ ...rest, status });
  }
  for (const { line, count } of open.values()) if (count > 0) results.push(line);
  return results;
}

function parseLine(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    // A process was ended in the middle of a line.
    return undefined;
  }
}
