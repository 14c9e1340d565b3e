import { type DomainError, StorageFailed } from '../domain/errors.ts';

/** SQLite's primary result codes that speak of the disk or the file, and what a person can do. */
const sqliteFixes: Readonly<Record<number, string>> = {
  5: 'another process keeps it locked; end that process and try again',
  6: 'another process keeps it locked; end that process and try again',
  8: 'it is read-only; make it writable for this user',
  10: 'the disk reports an error; check it and the space left on it',
  11: 'it is damaged; restore it from a copy or start with another data folder',
  13: 'the disk is full; free some space',
  14: 'it cannot be opened; check that its folder exists and is writable for this user',
  26: 'it is no database of this program; move it away or choose another data folder',
};

const fileFixes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space',
  EIO: 'the disk reports an error; check it',
  EROFS: 'its file system is read-only; choose another data folder',
  EACCES: 'permission denied; make it readable and writable for this user',
  EPERM: 'not permitted; the data folder must allow hard links and mode changes by this user',
  ENOTSUP: 'not supported; the data folder must be on a file system with hard links',
  EEXIST: 'a file stands where a folder is needed; move it away',
  ENOTDIR: 'a file stands where a folder is needed; move it away',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  ENFILE: 'too many open files on this machine',
};

/**
 * The named error for what SQLite or the file system threw at `path`; anything that does not speak of
 * storage is given back as it is.
 */
export function storageError(error: unknown, path: string): unknown {
  const { code, errcode, message } = error as {
    code?: unknown;
    errcode?: unknown;
    message?: unknown;
  };
  const fix = fixFor(code, errcode);
  if (fix === undefined) return error;
  return new StorageFailed(`${path}: ${fix} (${String(message)})`, { cause: error });
}

function fixFor(code: unknown, errcode: unknown): string | undefined {
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') {
    return sqliteFixes[errcode & 0xff];
  }
  return typeof code === 'string' ? fileFixes[code] : undefined;
}

/** Runs `work` and translates what the disk refuses. Throws `StorageFailed`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, path) as DomainError;
  }
}
