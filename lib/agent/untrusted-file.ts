import { constants } from 'node:fs';
import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';

/**
 * The text of a file that code of strangers may have put there; undefined for anything but a regular file of at most
 * `limit` bytes: a link would lead elsewhere, and a pipe would never end.
 */
export function untrustedText(path: string, limit: number): Promise<string | undefined> {
  return within(path, async (file, size) => (size <= limit ? file.readFile('utf8') : undefined));
}

/** The last `bytes` of such a file. */
export function untrustedTail(path: string, bytes: number): Promise<string | undefined> {
  return within(path, async (file, size) => {
    const tail = Buffer.alloc(Math.min(size, bytes));
    await file.read(tail, 0, tail.length, size - tail.length);
    return tail.toString('utf8');
  });
}

/** Writes a file anew where such code may have put something in its place. */
export async function replaceUntrusted(path: string, text: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await writeFile(path, text, { flag: 'wx' });
}

async function within<T>(
  path: string,
  read: (file: FileHandle, size: number) => Promise<T>,
): Promise<T | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const facts = await file.stat();
    return facts.isFile() ? await read(file, facts.size) : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
