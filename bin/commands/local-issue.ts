import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Config, whyUnread } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { runFolder } from '../../lib/local/compose.ts';
import { onDisk } from '../../lib/local/storage-errors.ts';

const maxIssueBytes = 256 * 1024;

/** The issue in a Markdown file. Throws `ConfigInvalid` for what is no text that a person wrote. */
export function readIssue(file: string): string {
  const text = textOf(readBytes(file));
  if (text === undefined) {
    throw new ConfigInvalid(`--issue: ${file} is no UTF-8 text; give a Markdown file`);
  }
  if (text.trim() === '') throw new ConfigInvalid(`--issue: ${file} is empty; write what is wrong`);
  return text;
}

/** Writes a run's own copy of its issue, which a retry finds unchanged. Throws `StorageFailed`. */
export function keepIssue({ dataDir }: Config, run: string, issue: string): Promise<void> {
  const file = join(runFolder(dataDir, run), 'issue.md');
  return onDisk(file, async () => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, issue);
  });
}

/** Its size is known before it is read: a device or a disk image would fill the memory. */
function readBytes(file: string): Buffer {
  try {
    // A pipe that nobody writes to must not be waited for.
    const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = fstatSync(opened);
      if (found.isDirectory()) return readFileSync(opened);
      if (!found.isFile()) throw new ConfigInvalid(`--issue: ${file} is no regular file`);
      if (found.size > maxIssueBytes) {
        throw new ConfigInvalid(`--issue: ${file} is larger than ${maxIssueBytes / 1024} KiB`);
      }
      return readFileSync(opened);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    if (error instanceof ConfigInvalid) throw error;
    throw new ConfigInvalid(`--issue: ${whyUnread(error, file)}`);
  }
}

function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) && !text.includes('\0') ? text : undefined;
}
