import { type CallEstimate, costOf, type Price, type Usage } from './budget.ts';
import type { ModelRequest } from './model.ts';

/** Most tokens that a text can have: tokenizers work on bytes, so none is shorter than one. */
export function tokensIn(text: string): number {
  return Buffer.byteLength(text);
}

/** What a call may use at most: its prompt, newly cached (the dearest way to read it), and a full reply. */
export function upperUsageOf(request: ModelRequest): Usage {
  const { maxTokens, ...prompt } = request;
  return upperUsage(prompt, maxTokens);
}

/** The same of a prompt in any form. */
export function upperUsage(prompt: unknown, maxTokens: number): Usage {
  const input = tokensIn(JSON.stringify(prompt));
  return { input: 0, cacheRead: 0, cacheWrite: input, output: maxTokens };
}

/** Upper bound of a call, in tokens, and in dollars where the model has a price. */
export function estimateOf(usage: Usage, price: Price | undefined): CallEstimate {
  const dearer =
    price === undefined
      ? undefined
      : { ...price, cacheWrite: Math.max(price.input, price.cacheWrite) };
  return { tokens: usage.cacheWrite + usage.output, dollars: costOf(usage, dearer) };
}
