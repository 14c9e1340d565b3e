import { GitRefused } from './git-request.ts';
import { flushPacket, packet, packetsIn } from './pkt-line.ts';

/**
 * What is offered: all that the far side can do for reading one ref. Not offered is `filter`, which would bring
 * wants of single objects later, and `deepen-not`, which would tell of the far side's other refs.
 */
const offered: readonly string[] = [
  'multi_ack',
  'multi_ack_detailed',
  'no-done',
  'side-band',
  'side-band-64k',
  'thin-pack',
  'ofs-delta',
  'no-progress',
  'shallow',
  'deepen-since',
  'deepen-relative',
  'object-format=sha1',
];

/** Deeper than any history; git's own "all of it" would trust what a client says its shallow commits are. */
const deepest = 1_000_000;

/** The one ref that a run may read, in git's protocol version 0, over HTTP. */
export function advertisementOf(ref: string, commit: string): Buffer {
  const line = `${commit} ${ref}\0${offered.join(' ')} agent=entropy-playground\n`;
  const service = packet('# service=git-upload-pack\n');
  return Buffer.concat([service, flushPacket, packet(line), flushPacket]);
}

/**
 * A request for a pack as it may go on to the far side, or undefined where it asks for nothing. Throws
 * `GitRefused` where it wants anything but the commit, or says what was not offered.
 */
export function checkedUpload(body: Buffer, commit: string): Buffer | undefined {
  const packets = packetsIn(body);
  if (packets === undefined) throw new GitRefused(400, 'not a request of protocol version 0');
  let wants = 0;
  const checked = packets.map((line): Buffer => {
    if (line === 'flush') return flushPacket;
    if (line.startsWith('want ')) {
      checkWant(line, commit, wants === 0);
      wants += 1;
      return packet(`${line}\n`);
    }
    const depth = /^deepen ([1-9]\d{0,9})$/.exec(line)?.[1];
    if (depth !== undefined) return packet(`deepen ${Math.min(Number(depth), deepest)}\n`);
    if (!/^(?:(?:have|shallow) [0-9a-f]{40}|deepen-since \d{1,12}|done)$/.test(line)) {
      throw new GitRefused(403, 'not offered here');
    }
    return packet(`${line}\n`);
  });
  return wants === 0 ? undefined : Buffer.concat(checked);
}

function checkWant(line: string, commit: string, first: boolean): void {
  const [, id = '', ...capabilities] = line.split(' ');
  if (id !== commit) throw new GitRefused(403, 'a run reads the commit that it is based on');
  const known = (name: string) => offered.includes(name) || /^agent=[\x21-\x7e]{1,200}$/.test(name);
  const fits = first ? capabilities.filter(Boolean).every(known) : capabilities.length === 0;
  if (!fits) throw new GitRefused(403, 'not offered here');
}
