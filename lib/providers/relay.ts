import type { WireCall, WireReply } from '../domain/wire.ts';
import type { Wire } from '../domain/wire-names.ts';
import { type Account, modelFailed } from './failure.ts';
import type { ProviderLimits } from './limits.ts';

/** What a relay needs of either SDK's client: its key, its retries, its `fetch`. */
interface Poster {
  post(
    path: string,
    options: {
      body: Record<string, unknown>;
      headers: Record<string, string>;
      signal: AbortSignal;
      stream: true;
      timeout: number;
    },
  ): { asResponse(): Promise<Response> };
}

const paths: Record<Wire, string> = {
  messages: '/v1/messages',
  'chat-completions': '/chat/completions',
  responses: '/responses',
};

/** Posts a call as it is and gives the answer's bytes. Throws `ModelFailed`. */
export async function relayed(
  { client, account }: { readonly client: Poster; readonly account: Account },
  { wire, body, headers, signal, stream }: WireCall,
  limits: ProviderLimits,
): Promise<WireReply> {
  try {
    const options = {
      body: { ...body },
      headers: { ...headers },
      signal,
      // Of the SDK's answer, not of the call: its body is left unread.
      stream: true as const,
      timeout: stream ? limits.answerMs : limits.wholeMs,
    };
    const response = await client.post(paths[wire], options).asResponse();
    const contentType = response.headers.get('content-type') ?? '';
    return { contentType, body: bytesOf(response.body, account, signal) };
  } catch (error) {
    throw modelFailed(error, account, signal.aborted);
  }
}

async function* bytesOf(
  body: ReadableStream<Uint8Array> | null,
  account: Account,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    yield* body;
  } catch (error) {
    throw modelFailed(error, account, signal.aborted, true);
  }
}
