import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** What a sandbox's first process writes, kept in a file up to a limit. */
export interface OutputLog {
  /** Resolves when more came than fits. */
  readonly overflowed: Promise<void>;
  /** The first characters, to tell bubblewrap's own complaint. */
  head(): string;
  /** Ends the file; what comes after is thrown away. */
  close(): Promise<void>;
}

/** Writes both streams to `path`, whose folder is there, up to `limit` bytes, then a line that says so. */
export function openOutputLog(
  path: string,
  limit: number,
  streams: readonly Readable[],
): OutputLog {
  const file = createWriteStream(path, { mode: 0o600 });
  // A disk that refuses the log is no reason to end the stage; its output is then lost.
  file.on('error', () => {
    for (const stream of streams) stream.resume();
  });
  const { promise: overflowed, resolve } = Promise.withResolvers<void>();
  let left = limit;
  let head = '';
  const take = (chunk: Buffer) => {
    if (left < 0) return;
    if (head.length < headLength) head += chunk.toString('utf8', 0, headLength);
    const fits = chunk.subarray(0, left);
    left -= chunk.length;
    if (!file.destroyed && !file.write(fits)) pauseFor(file, streams);
    if (left >= 0) return;
    if (!file.destroyed) file.write(`\n[output over ${limit} bytes: the rest is not kept]\n`);
    resolve();
  };
  for (const stream of streams) {
    stream.on('data', take);
    stream.on('error', () => undefined);
  }
  return {
    overflowed,
    head: () => head,
    close: async () => {
      left = -1;
      for (const stream of streams) stream.destroy();
      await new Promise<void>((done) => (file.destroyed ? done() : file.end(() => done())));
    },
  };
}

const headLength = 400;

function pauseFor(file: NodeJS.WritableStream, streams: readonly Readable[]): void {
  for (const stream of streams) stream.pause();
  file.once('drain', () => {
    for (const stream of streams) stream.resume();
  });
}
