import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { resultText } from './results-file.ts';

const capturedSchema = z.looseObject({
  captured: z.string(),
  program: z.string(),
  code: z.number(),
  output: z.string(),
});
/** What `capture.mjs` kept of one program that runs tests; members beside these depend on its kind. */
export type Captured = z.infer<typeof capturedSchema>;

/** The programs of one kind that were run, in the order in which they ended; whether they were signed is not looked at here. */
export async function readCaptured(dir: string, kind: string): Promise<Captured[]> {
  const names = (await readdir(dir)).filter((name) => /^captured-.*\.jsonl$/.test(name));
  const found: Captured[] = [];
  for (const name of names) {
    const [first = ''] = ((await resultText(join(dir, name))) ?? '').split('\n', 1);
    const line = capturedOf(first);
    if (line?.captured === kind) found.push(line);
  }
  return found;
}

function capturedOf(text: string): Captured | undefined {
  try {
    return capturedSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Its process was ended before it had written.
    return undefined;
  }
}
