import { createHash } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';

/** Keeps the head and the tail of a stream within a limit, and the digest and length of all of it. */
export class OutputKeeper {
  bytes = 0;
  readonly #hash = createHash('sha256');
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;

  constructor(limit: number) {
    this.#headLimit = Math.ceil(limit / 2);
    this.#tailLimit = Math.floor(limit / 2);
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    const toHead = Math.min(chunk.length, this.#headLimit - this.#headBytes);
    if (toHead > 0) {
      this.#head.push(chunk.subarray(0, toHead));
      this.#headBytes += toHead;
    }
    if (toHead < chunk.length) this.#addToTail(chunk.subarray(toHead));
  }

  /** The kept text; what was cut is told between head and tail. Call once. */
  finish(): { output: string; outputDigest: string; bytes: number } {
    const tail = Buffer.concat(this.#tail).subarray(-this.#tailLimit || this.#tailBytes);
    const cut = this.bytes - this.#headBytes - tail.length;
    const head = Buffer.concat(this.#head);
    const output =
      cut === 0
        ? Buffer.concat([head, tail]).toString('utf8')
        : `${wholeHead(head)}\n[... ${cut} bytes of output cut here ...]\n${wholeTail(tail)}`;
    return { output, outputDigest: this.#hash.digest('hex'), bytes: this.bytes };
  }

  #addToTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    // Joined only when twice the limit is held, so that many small chunks stay cheap.
    if (this.#tailBytes <= this.#tailLimit * 2 + 65_536) return;
    const kept = this.#tailLimit === 0 ? [] : [copyOfEnd(this.#tail, this.#tailLimit)];
    this.#tail = kept;
    this.#tailBytes = kept[0]?.length ?? 0;
  }
}

function copyOfEnd(chunks: readonly Buffer[], length: number): Buffer {
  return Buffer.from(Buffer.concat(chunks).subarray(-length));
}

/** Without a character that the cut left half. */
function wholeHead(bytes: Buffer): string {
  return new StringDecoder('utf8').write(bytes);
}

function wholeTail(bytes: Buffer): string {
  let from = 0;
  while (from < 3 && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString('utf8');
}
