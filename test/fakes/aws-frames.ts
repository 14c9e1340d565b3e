import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** Server-sent events as Bedrock streams them: each one's data in a message. What is no event stays as it is. */
export function awsFrames(text: string): Buffer {
  const parts = text.split(/(?<=\n\n)/).map((part) => {
    if (part.startsWith(':')) return frame(JSON.stringify({ type: 'ping', rest: part }));
    const data = /^data: (.*)$/m.exec(part)?.[1];
    return data === undefined ? Buffer.from(part) : frame(data);
  });
  return Buffer.concat(parts);
}

function frame(data: string): Buffer {
  const bytes = Buffer.from(data).toString('base64');
  return awsFrame({ ':message-type': 'event', ':event-type': 'chunk' }, { bytes });
}

/** One message of an event stream. */
export function awsFrame(headers: Readonly<Record<string, string>>, body: unknown): Buffer {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]);
  const message = { headers: Object.fromEntries(typed), body: fromUtf8(JSON.stringify(body)) };
  return Buffer.from(codec.encode(message));
}
