/** How long and how often a provider is tried. Milliseconds and counts. */
export interface ProviderLimits {
  /** Requests after the first that were refused with 408, 409, 429 or 5xx, or never answered. */
  readonly retries: number;
  /** Replies that broke off part of the way, in all. */
  readonly streams: number;
  /** Pause before a broken reply is asked for again; doubles each time. */
  readonly pauseMs: number;
  /** Silence on an open stream, pings included, after which it is given up. */
  readonly idleMs: number;
  /** Wait for the first byte of an answer. */
  readonly answerMs: number;
  /** The same where the answer comes in one piece, once the model has said all. */
  readonly wholeMs: number;
  /** Longest wait that a `retry-after` is obeyed for. */
  readonly retryAfterMs: number;
  /** Most bytes of one answer, with all that its protocol wraps around it. */
  readonly answerBytes: number;
}

/** For hosted providers, which answer at once and ping while a model thinks. */
export const hostedLimits: ProviderLimits = {
  retries: 4,
  streams: 3,
  pauseMs: 1_000,
  idleMs: 120_000,
  answerMs: 120_000,
  wholeMs: 600_000,
  retryAfterMs: 60_000,
  answerBytes: 32 * 1024 * 1024,
};

/** For any server that speaks the protocol: a local model may read a long prompt in silence. */
export const localLimits: ProviderLimits = { ...hostedLimits, idleMs: 600_000, answerMs: 600_000 };

/**
 * The same where another model can take the call: sooner given up, so that a stage's time is not spent on waiting.
 * How long a local model may read in silence is left as it is.
 */
export function hastened(limits: ProviderLimits): ProviderLimits {
  const hosted = limits.answerMs <= hostedLimits.answerMs;
  return {
    ...limits,
    retries: Math.min(limits.retries, 2),
    streams: 1,
    retryAfterMs: Math.min(limits.retryAfterMs, 10_000),
    ...(hosted
      ? { idleMs: Math.min(limits.idleMs, 60_000), answerMs: Math.min(limits.answerMs, 60_000) }
      : {}),
  };
}
