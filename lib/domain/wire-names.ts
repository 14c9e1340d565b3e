/** Protocols that models are asked by, beside our own neutral one. */
export const wires = ['messages', 'chat-completions', 'responses'] as const;

/** Anthropic's Messages, OpenAI's Chat Completions, OpenAI's Responses. */
export type Wire = (typeof wires)[number];
