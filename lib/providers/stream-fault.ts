import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderLimits } from './limits.ts';

/** A reply that began and broke off: cut, silent, or ended by an error event. Worth asking again. */
export class StreamFault extends Error {
  override readonly name = 'StreamFault';
}

/** An answer beyond all bounds. Another one would be no shorter, so it is not asked for. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** Asks again where the reply broke off, a bounded number of times. SDKs only retry what never began. */
export async function retryStreams<T>(
  limits: ProviderLimits,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      const again = error instanceof StreamFault && !isTooLarge(error);
      if (!again || tried >= limits.streams || signal.aborted) throw error;
      await sleep(limits.pauseMs * 2 ** (tried - 1), undefined, { signal }).catch(() => {});
      if (signal.aborted) throw error;
    }
  }
}

/** The SDKs wrap what a body fails with. */
function isTooLarge(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AnswerTooLarge) return true;
  }
  return false;
}
