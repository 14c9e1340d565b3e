import type { ModelRequest } from '../../lib/domain/model.ts';
import type { Provider, ProviderCall } from '../../lib/domain/ports.ts';
import type { ModelChoice } from '../../lib/domain/run.ts';
import type { ProviderLimits } from '../../lib/providers/limits.ts';
import { type ScriptedConversation, startScriptedModel } from '../fakes/scripted-model.ts';

/** Pauses so short that a test of retries takes no time; what is on its way has all the time it needs. */
export const quick: ProviderLimits = {
  retries: 2,
  streams: 3,
  pauseMs: 1,
  idleMs: 60_000,
  answerMs: 60_000,
  wholeMs: 60_000,
  retryAfterMs: 50,
  answerBytes: 32 * 1024 * 1024,
};

/** For a server that says no more: a test waits as long as this for each time it does so. */
export const impatient: ProviderLimits = {
  ...quick,
  idleMs: 3_000,
  answerMs: 3_000,
  wholeMs: 3_000,
};

export const request: ModelRequest = {
  system: 'You are the coder.',
  tools: [
    { name: 'read', description: 'Reads a file', schema: { type: 'object', properties: {} } },
  ],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Fix it.' }] }],
  maxTokens: 1000,
};

/** One conversation of the coder. */
export const coder = (...turns: ScriptedConversation['turns']): ScriptedConversation => ({
  when: 'You are the coder',
  turns,
});

/** A call to the model `claude-x` at the given address. */
export function callTo(
  choice: Omit<ModelChoice, 'model'>,
  given: Partial<ProviderCall> = {},
): ProviderCall {
  return {
    request,
    choice: { ...choice, model: 'claude-x' },
    address: { run: 'r-1', role: 'coder', round: 1, attempt: 1, turn: 1 },
    signal: new AbortController().signal,
    ...given,
  };
}

type Server = Awaited<ReturnType<typeof startScriptedModel>>;

/** A scripted server for the length of one test. */
export async function withModel<T>(
  turns: readonly ScriptedConversation[],
  use: (server: Server) => Promise<T>,
): Promise<T> {
  const server = await startScriptedModel({ turns });
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

/** What a call throws. */
export async function thrown(provider: Provider, call: ProviderCall): Promise<Error> {
  try {
    await provider(call);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the call did not fail');
}
