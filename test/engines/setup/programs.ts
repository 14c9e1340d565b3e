import { fileURLToPath } from 'node:url';

/** Where the programs are installed on demand: no part of any package of ours. */
export const cache = fileURLToPath(
  new URL('../../../node_modules/.cache/entropy-engines/', import.meta.url),
);

/** What is tested: exact versions, whose flags and events the adapters were told by. */
export const packages = {
  '@anthropic-ai/claude-code': '2.1.330',
  '@openai/codex': '0.169.0',
  'opencode-ai': '1.18.33',
} as const;
