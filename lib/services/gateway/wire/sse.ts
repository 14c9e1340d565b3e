/** One server-sent event. */
export interface SentEvent {
  /** As it came, with the empty line that ends it. */
  readonly text: string;
  /** Its data as JSON; undefined where it is none, as in a comment or `[DONE]`. */
  readonly data: unknown;
}

/**
 * The events of a stream, each once it is whole: a client can do nothing with less, and a stream that is cut can
 * then go on with an event of ours. What is left without an end is given as it is.
 */
export async function* sentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<SentEvent> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending = '';
  for await (const chunk of body) {
    // Looked for from where the last search ended, so that a long event costs no more than its length.
    let from = Math.max(0, pending.length - 3);
    pending += decoder.decode(chunk, { stream: true });
    for (;;) {
      const end = endOf(pending, from);
      if (end === undefined) break;
      yield eventOf(pending.slice(0, end));
      pending = pending.slice(end);
      from = 0;
    }
  }
}

function endOf(text: string, from: number): number | undefined {
  const blank = /\r?\n\r?\n|\r\r/g;
  blank.lastIndex = from;
  return blank.exec(text) === null ? undefined : blank.lastIndex;
}

/** An event of a whole text. */
function eventOf(text: string): SentEvent {
  const data = text
    .split(/\r?\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).replace(/^ /, ''))
    .join('\n');
  return { text, data: jsonIn(data) };
}

/** The events of a text that holds them all. */
export function eventsIn(text: string): readonly SentEvent[] {
  return text
    .split(/(?<=\r?\n\r?\n)/)
    .filter((part) => part.trim() !== '')
    .map(eventOf);
}

/** The same event with other data. */
export function withData({ text }: SentEvent, data: unknown): string {
  const kept = text
    .split(/\r?\n|\r/)
    .filter((line) => line !== '' && !line.startsWith('data:'))
    .map((line) => `${line}\n`);
  return `${kept.join('')}data: ${JSON.stringify(data)}\n\n`;
}

/** An event of our own. */
export function sentEvent(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
