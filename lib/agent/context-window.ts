import type { Block, Message } from '../domain/model.ts';

/** Characters of conversation that are kept before old tool results go: about 100,000 tokens. */
export const defaultWindow = 400_000;

const gone = '[this old result was removed to save space; run the tool again if you need it]';
const goneInput = '[removed to save space]';
const longInput = 500;

/**
 * Keeps a conversation within `window` characters. It is cut rarely and then down to half, because each
 * cut changes earlier messages and so costs the provider's cache of them. The first message and the last
 * two stay whole; where results are not enough, long tool arguments go as well.
 */
export function fitWindow(messages: readonly Message[], window: number): readonly Message[] {
  if (sizeOf(messages) <= window) return messages;
  const target = window / 2;
  const fewer = cutUntil(messages, target, dropResult);
  return sizeOf(fewer) <= target ? fewer : cutUntil(fewer, target, dropInput);
}

/** Characters of all blocks, near enough to what is sent. */
export function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + JSON.stringify(message.content).length, 0);
}

function cutUntil(
  messages: readonly Message[],
  target: number,
  cut: (block: Block) => Block,
): readonly Message[] {
  const kept = [...messages];
  let size = sizeOf(messages);
  for (let at = 1; at < kept.length - 2 && size > target; at += 1) {
    const message = kept[at];
    if (message === undefined) break;
    const shorter = { ...message, content: message.content.map(cut) };
    size -= sizeOf([message]) - sizeOf([shorter]);
    kept[at] = shorter;
  }
  return kept;
}

function dropResult(block: Block): Block {
  if (block.type !== 'tool_result' || block.content.length <= gone.length) return block;
  return { ...block, content: gone };
}

function dropInput(block: Block): Block {
  if (block.type !== 'tool_use') return block;
  const entries = Object.entries(block.input).map(([key, value]) =>
    typeof value === 'string' && value.length > longInput ? [key, goneInput] : [key, value],
  );
  return { ...block, input: Object.fromEntries(entries) };
}
