import { type Redacted, redact, redactJson } from '../../../domain/redact.ts';
import { membersOf } from './members.ts';
import { type SentEvent, withData } from './sse.ts';
import type { Piece, WireRules } from './wire-rules.ts';

/**
 * A stream as the ledger keeps it: its own bytes, but for credentials. One that came in pieces is found in the whole
 * text, which then stands in the first piece.
 */
export function keptStream(
  events: readonly SentEvent[],
  rules: Pick<WireRules, 'pieces'>,
): Redacted<string> {
  const copies = events.map(({ data }) => (data === undefined ? undefined : structuredClone(data)));
  const changed = new Set<number>();
  let count = 0;
  for (const pieces of channelsOf(copies, rules).values()) {
    const whole = redact(pieces.map(({ holder, key }) => String(holder[key])).join(''));
    if (whole.count === 0) continue;
    count += whole.count;
    for (const [index, { holder, key, at }] of pieces.entries()) {
      holder[key] = index === 0 ? whole.value : '';
      changed.add(at);
    }
  }
  const texts = events.map((event, at) => {
    if (copies[at] === undefined) return kept(redact(event.text));
    const { value, count: more } = redactJson(copies[at]);
    count += more;
    return more > 0 || changed.has(at) ? withData(event, value) : event.text;
  });
  return { value: texts.join(''), count };

  function kept(text: Redacted<string>): string {
    count += text.count;
    return text.value;
  }
}

function channelsOf(copies: readonly unknown[], rules: Pick<WireRules, 'pieces'>) {
  const channels = new Map<string, (Piece & { at: number })[]>();
  for (const [at, copy] of copies.entries()) {
    for (const piece of rules.pieces(membersOf(copy))) {
      const known = channels.get(piece.channel) ?? [];
      channels.set(piece.channel, known);
      known.push({ ...piece, at });
    }
  }
  return channels;
}

/** A whole reply as the ledger keeps it. */
export function keptWhole(text: string, reply: unknown): Redacted<string> {
  const { value, count } = redactJson(reply);
  return { value: count === 0 ? text : JSON.stringify(value), count };
}
