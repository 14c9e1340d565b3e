import { crc32 } from 'node:zlib';

/** A ZIP archive of one file, stored as it is. */
export function zipOf(name: string, text: string): Buffer {
  const content = Buffer.from(text);
  const path = Buffer.from(name);
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt32LE(crc32(content), 10);
  facts.writeUInt32LE(content.length, 14);
  facts.writeUInt32LE(content.length, 18);
  facts.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, path, content]);
  const more = Buffer.alloc(14);
  const made = Buffer.from([20, 3]);
  more.writeUInt32LE(0o100644 * 0x10000, 6);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02'), made, facts, more, path]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}
