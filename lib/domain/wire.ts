import type { ModelChoice } from './run.ts';

/** Protocols that models are asked by, beside our own neutral one. */
export const wires = ['messages', 'chat-completions', 'responses'] as const;

/** Anthropic's Messages, OpenAI's Chat Completions, OpenAI's Responses. */
export type Wire = (typeof wires)[number];

/** The protocols that a choice's provider speaks itself. Nothing is translated from one to another. */
export function wiresOf(choice: ModelChoice): readonly Wire[] {
  switch (choice.provider) {
    case 'anthropic':
      return ['messages'];
    case 'openai-compatible':
      return choice.wires ?? ['chat-completions'];
    case 'replay':
      return wires;
  }
}
