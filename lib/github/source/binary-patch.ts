import { isUtf8 } from 'node:buffer';
import { deflateSync } from 'node:zlib';

const alphabet =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Bytes that one line holds. */
const lineBytes = letters.length;

/** True for bytes that would not come through a patch made of text. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.includes(0) || !isUtf8(bytes);
}

/** Git's patch between two contents that are no text: both whole, so that it goes either way. */
export function binaryPatch(before: Uint8Array, after: Uint8Array): string {
  return `GIT binary patch\n${literal(after)}\n${literal(before)}\n`;
}

function literal(bytes: Uint8Array): string {
  const packed = deflateSync(bytes);
  const lines: string[] = [];
  for (let at = 0; at < packed.length; at += lineBytes) {
    const line = packed.subarray(at, at + lineBytes);
    lines.push(`${letters[line.length - 1]}${base85(line)}\n`);
  }
  return `literal ${bytes.length}\n${lines.join('')}`;
}

/** Four bytes, the last ones filled up with zeros, as five digits. */
function base85(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const four = Buffer.alloc(4);
    bytes.copy(four, 0, at, at + 4);
    let value = four.readUInt32BE();
    let digits = '';
    for (let n = 0; n < 5; n += 1) {
      digits = `${alphabet[value % 85]}${digits}`;
      value = Math.floor(value / 85);
    }
    text += digits;
  }
  return text;
}
