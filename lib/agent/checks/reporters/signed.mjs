// This process's own results file: JSON lines, and at the end a digest of them all under the key.
//
// The key is taken away while this process reports, so that no other can sign results, and put back at its end. A
// process that finds no key runs inside another one's tests, and stays silent.
import { createHmac } from 'node:crypto';
import { openSync, readFileSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the results: this file is laid there for each run of the tests. */
export const folder = fileURLToPath(new URL('.', import.meta.url));
let signing;

/** Takes the key and opens the file; false where another process reports. */
export function begin(kind) {
  const mine = join(folder, `taken-${process.pid}`);
  try {
    renameSync(join(folder, 'key'), mine);
    const key = readFileSync(mine, 'utf8');
    unlinkSync(mine);
    const out = openSync(join(folder, `${kind}-${crypto.randomUUID()}.jsonl`), 'wx');
    signing = { key, mac: createHmac('sha256', key), out };
    return true;
  } catch {
    return false;
  }
}

/** Appends one line. */
export function write(line) {
  if (signing === undefined) return;
  const text = `${JSON.stringify(line)}\n`;
  signing.mac.update(text);
  writeSync(signing.out, text);
}

/** Signs what was written and gives the key back. */
export function end() {
  if (signing === undefined) return;
  const { key, mac, out } = signing;
  signing = undefined;
  writeSync(out, `${JSON.stringify({ end: mac.digest('hex') })}\n`);
  writeFileSync(join(folder, 'key'), key, { flag: 'wx' });
}
