/** One packet of git's protocol: a line, or a flush between two parts. */
export type Packet = 'flush' | string;

/** A line as a packet: its length in four hexadecimal digits, and the line. */
export function packet(line: string): Buffer {
  const bytes = Buffer.from(line);
  const length = (bytes.length + 4).toString(16).padStart(4, '0');
  return Buffer.concat([Buffer.from(length), bytes]);
}

export const flushPacket: Buffer = Buffer.from('0000');

/**
 * The packets that bytes are made of, lines without their end; undefined where they are not. The packets
 * that only protocol version 2 has are none here.
 */
export function packetsIn(bytes: Buffer): Packet[] | undefined {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length) {
    const digits = bytes.toString('latin1', at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(digits)) return undefined;
    const length = Number.parseInt(digits, 16);
    if (length === 0) {
      packets.push('flush');
      at += 4;
      continue;
    }
    if (length < 5 || at + length > bytes.length) return undefined;
    packets.push(bytes.toString('latin1', at + 4, at + length).replace(/\n$/, ''));
    at += length;
  }
  return packets;
}
