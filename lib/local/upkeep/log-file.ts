import {
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { storageError } from '../storage-errors.ts';

/** When a log file is put aside, and how many of those are kept. */
export interface LogFileOptions {
  /** Bytes. */
  readonly maxBytes: number;
  readonly keep: number;
}

/** 10 MiB each, five old ones: at most 60 MiB. */
const logFileDefaults: LogFileOptions = { maxBytes: 10 * 1024 ** 2, keep: 5 };

/** A log that stays small: `serve.log`, then `serve.log.1` (newer) to `serve.log.N` (older). */
export interface LogFile {
  /** Appends; never throws, since a full disk must not end what is being logged. False where it was lost. */
  write(text: string): boolean;
  close(): void;
}

/** Opens the file for appending, and makes its folder. Throws `StorageFailed`. */
export function openLogFile(path: string, options: LogFileOptions = logFileDefaults): LogFile {
  let file: number | undefined;
  let size = 0;
  const open = () => {
    file = openSync(path, 'a', 0o600);
    // Also where it was there: lines may name repositories that are not for everybody.
    fchmodSync(file, 0o600);
    size = fstatSync(file).size;
  };
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    open();
  } catch (error) {
    throw storageError(error, path);
  }
  return {
    close,
    write: (text) => {
      try {
        const bytes = Buffer.from(text);
        if (size > 0 && size + bytes.length > options.maxBytes) {
          close();
          putAside(path, options.keep);
        }
        if (file === undefined) open();
        size += writeSync(file as number, bytes);
        return true;
      } catch {
        close();
        return false;
      }
    },
  };
}

function putAside(path: string, keep: number): void {
  rmSync(`${path}.${keep}`, { force: true });
  for (let n = keep - 1; n >= 1; n -= 1) renameIfThere(`${path}.${n}`, `${path}.${n + 1}`);
  if (keep > 0) renameIfThere(path, `${path}.1`);
  else rmSync(path, { force: true });
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
