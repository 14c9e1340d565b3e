import type { ProviderLimits } from './limits.ts';
import { AnswerTooLarge } from './stream-fault.ts';

/**
 * A `fetch` for the SDKs that fails a body which falls silent or does not end, and shortens a `retry-after`:
 * they themselves wait without end, and keep all that comes. Silence is measured in bytes, so that a provider's pings, which
 * the SDKs swallow, count as life.
 */
export function watchedFetch(limits: ProviderLimits): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const body = response.body === null ? null : watched(response.body, limits);
    return new Response(body, {
      status: response.status,
      statusText: response.statusText,
      headers: boundedHeaders(response.headers, limits.retryAfterMs),
    });
  };
}

function boundedHeaders(given: Headers, most: number): Headers {
  const headers = new Headers(given);
  // Not in any standard, but the SDKs obey it first.
  if (!(Number(headers.get('retry-after-ms')) <= most)) headers.delete('retry-after-ms');
  const asked = headers.get('retry-after');
  if (asked === null) return headers;
  const seconds = Number(asked);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(asked) - Date.now();
  if (!(wait <= most)) headers.set('retry-after', String(most / 1000));
  return headers;
}

function watched(
  body: ReadableStream<Uint8Array>,
  { idleMs, answerBytes }: ProviderLimits,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let idle = false;
      const timer = setTimeout(() => {
        idle = true;
        controller.error(new Error(`no byte for ${idleMs / 1000} seconds`));
        reader.cancel().catch(() => {});
      }, idleMs);
      try {
        const { done, value } = await reader.read();
        if (idle) return;
        bytes += value?.byteLength ?? 0;
        if (done) controller.close();
        else if (bytes <= answerBytes) controller.enqueue(value);
        else {
          controller.error(
            new AnswerTooLarge(`an answer larger than ${answerBytes / 2 ** 20} MiB`),
          );
          reader.cancel().catch(() => {});
        }
      } finally {
        clearTimeout(timer);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
