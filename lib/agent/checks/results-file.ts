import { createHmac, timingSafeEqual } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { untrustedText } from '../untrusted-file.ts';
import type { RawResult } from './ecosystem.ts';

/** Bytes of one results file; more than any suite writes. */
const largest = 256 * 1024 * 1024;
/** Where the key lies for the one reporter that is at work; it takes it away and puts it back at its end. */
export const keyFile = 'key';

const lineSchema = z.object({
  file: z.string(),
  names: z.array(z.string()),
  status: z.enum(['started', 'passed', 'failed', 'skipped']),
  message: z.string().optional(),
  load: z.boolean().optional(),
});

/** The text of a results file: the code under test can put anything in its place. */
export function resultText(path: string): Promise<string | undefined> {
  return untrustedText(path, largest);
}

/**
 * Reads what our reporters wrote: files of JSON lines, one for each process. A test that started and never
 * ended counts as failed. Null where no file with this prefix is there; lines that are not ours are passed over.
 */
export async function readResultFiles(dir: string, prefix: string): Promise<RawResult[] | null> {
  const names = (await readdir(dir)).filter((n) => n.startsWith(prefix) && n.endsWith('.jsonl'));
  if (names.length === 0) return null;
  const results: RawResult[] = [];
  for (const name of names.sort()) {
    results.push(...resultsOf((await resultText(join(dir, name))) ?? ''));
  }
  return results;
}

/**
 * True where every reporter came to its own end and signed what it wrote, and nobody else wrote any results:
 * the key is back in its place, and each file ends with its own digest under that key.
 */
export async function allSigned(dir: string, key: string): Promise<boolean> {
  if ((await resultText(join(dir, keyFile))) !== key) return false;
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (/\.(jsonl?|tap)$/.test(entry.name) && !entry.isFile()) return false;
    if (!entry.name.endsWith('.jsonl')) continue;
    const text = await resultText(join(dir, entry.name));
    if (text === undefined || !isSigned(text, key)) return false;
  }
  return true;
}

const doubts = { shown: 20, length: 300 };

/** What a program of ours found odd while the tests ran, a line for each. */
export async function readDoubts(dir: string): Promise<string[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.doubt')).sort();
  const found: string[] = [];
  for (const name of names.slice(0, doubts.shown)) {
    const text = (await resultText(join(dir, name))) ?? '';
    found.push(text.trim().slice(0, doubts.length) || 'a note on the run can not be read');
  }
  return found;
}

function isSigned(text: string, key: string): boolean {
  const [, body = '', digest = ''] = /^([\s\S]*\n)\{"end": ?"([0-9a-f]{64})"\}\n$/.exec(text) ?? [];
  if (digest === '') return false;
  const expected = createHmac('sha256', key).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(digest, 'hex'));
}

function resultsOf(text: string): RawResult[] {
  const results: RawResult[] = [];
  const started = new Map<string, { line: RawResult; count: number }>();
  for (const line of text.split('\n')) {
    const parsed = lineSchema.safeParse(parseLine(line));
    if (!parsed.success) continue;
    const { status, ...rest } = parsed.data;
    const key = JSON.stringify([rest.file, rest.names]);
    const begun = started.get(key);
    if (status === 'started') {
      const failed: RawResult = { ...rest, status: 'failed', message: 'started and never ended' };
      started.set(key, { line: failed, count: (begun?.count ?? 0) + 1 });
      continue;
    }
    if (begun !== undefined) begun.count -= 1;
    results.push({ ...rest, status });
  }
  for (const { line, count } of started.values()) if (count > 0) results.push(line);
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
