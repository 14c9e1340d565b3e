import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, Hash, toUtf8 } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';

/** What a role of AWS may sign with. */
interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
/** Who asks Bedrock, and where. */
export interface BedrockAccess {
  readonly region: string;
  /** Asked before each request: a role's credentials are short-lived. */
  readonly credentials: () => Promise<AwsCredentials>;
}

/**
 * A `fetch` that takes requests of Messages and asks Bedrock's InvokeModel, which has the same body but for the model
 * and the stream, which stand in its path, and the version and the betas, which stand in its body
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html).
 * What comes back as an event stream of AWS leaves as server-sent events.
 */
export function bedrockFetch(access: BedrockAccess, fetch: typeof globalThis.fetch): typeof fetch {
  return async (input, init = {}) => {
    const asked = JSON.parse(String(init.body));
    const { model, stream, ...body } = asked;
    const betas = new Headers(init.headers).get('anthropic-beta')?.split(',');
    const action = stream === true ? 'invoke-with-response-stream' : 'invoke';
    const { origin } = new URL(String(input instanceof Request ? input.url : input));
    const url = new URL(`/model/${encodeURIComponent(String(model))}/${action}`, origin);
    const text = JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      ...(betas && { anthropic_beta: betas }),
      ...body,
    });
    const headers = await signed(access, url, text);
    const signal = init.signal ?? null;
    const response = await fetch(url, { method: 'POST', headers, body: text, signal });
    if (!response.ok || stream !== true || response.body === null) return response;
    return new Response(ReadableStream.from(sentEvents(response.body)), {
      headers: { 'content-type': 'text/event-stream' },
    });
  };
}

async function signed({ region, credentials }: BedrockAccess, url: URL, body: string) {
  const signer = new SignatureV4({
    service: 'bedrock',
    region,
    credentials: await credentials(),
    sha256: Hash.bind(null, 'sha256'),
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path: url.pathname,
    query: {},
    headers: { host: url.host, 'content-type': 'application/json' },
    body,
  });
  // `fetch` sets it itself, to the same.
  const { host: _host, ...rest } = headers;
  return rest;
}

/** No message of Bedrock is larger, in bytes. */
const largest = 16 * 1024 * 1024;

async function* sentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const codec = new EventStreamCodec(toUtf8, fromUtf8);
  // Put together only once a message is whole, so that a long one costs no more than its length.
  let chunks: Uint8Array[] = [];
  let size = 0;
  let wanted = 4;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < wanted) continue;
    let pending = Buffer.concat(chunks);
    while (pending.length >= 4) {
      const length = pending.readUInt32BE(0);
      if (length < 16 || length > largest) throw new Error('the answer is no event stream of AWS');
      wanted = length;
      if (pending.length < length) break;
      yield Buffer.from(sentEvent(codec.decode(pending.subarray(0, length))));
      pending = pending.subarray(length);
      wanted = 4;
    }
    chunks = [pending];
    size = pending.length;
  }
  if (size > 0) throw new Error('the stream ended within a message');
}

/** One message as the event of Messages that it holds. A message of an error becomes the error event. */
function sentEvent({ headers, body }: ReturnType<EventStreamCodec['decode']>): string {
  const kind = String(headers[':exception-type']?.value ?? headers[':error-code']?.value ?? '');
  const read = JSON.parse(toUtf8(body) || '{}') as { bytes?: string; message?: string };
  if (headers[':message-type']?.value === 'event' && read.bytes !== undefined) {
    const data = Buffer.from(read.bytes, 'base64').toString('utf8');
    const { type } = JSON.parse(data) as { type: string };
    return `event: ${type}\ndata: ${data}\n\n`;
  }
  const overloaded = /throttling|unavailable/i.test(kind);
  const type = overloaded ? 'overloaded_error' : 'api_error';
  const error = { type, message: `${kind}: ${read.message ?? ''}` };
  return `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`;
}
