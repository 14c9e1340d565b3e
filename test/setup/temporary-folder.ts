import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * All that tests, and the programs they start, leave behind is to be in one folder. Its name is short, because sockets are
 * in it, and it is open to other users as `/tmp` is: some programs are started as one.
 */
export default function globalSetup(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'et-'));
  chmodSync(process.env.TMPDIR, 0o1777);
}
