import { StringDecoder } from 'node:string_decoder';

/** Characters of one line; a longer one is dropped whole. */
const longest = 8_000_000;

/** Cuts a stream of bytes into lines, without their ends; empty ones are left out. */
export function lineSplitter(onLine: (line: string) => void) {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let size = 0;
  const flush = () => {
    const line = size > longest ? '' : parts.join('');
    parts = [];
    size = 0;
    if (line.trim() !== '') onLine(line);
  };
  const keep = (text: string) => {
    size += text.length;
    if (size <= longest) parts.push(text);
    else parts = [];
  };
  return {
    add(chunk: Buffer) {
      const pieces = decoder.write(chunk).split('\n');
      for (const [n, piece] of pieces.entries()) {
        if (n > 0) flush();
        keep(piece);
      }
    },
    end() {
      keep(decoder.end());
      flush();
    },
  };
}
