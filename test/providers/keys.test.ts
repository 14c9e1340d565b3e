import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { chainOf } from '../../lib/domain/model-chain.ts';
import type { ModelChoice, ServedProvider } from '../../lib/domain/run.ts';
import { inspectModels } from '../../lib/providers/inspect.ts';
import { keysFor, type ProviderSecrets } from '../../lib/providers/keys.ts';
import { providerOf, relayOf } from '../../lib/providers/provider.ts';
import { callTo } from './provider-fixture.ts';

const names = ['first', 'second'] as const;
/** Every key that a server was told, by the server's name. */
let told: Record<string, Set<string>> = {};
const servers = names.map((name) =>
  createServer((request, response) => {
    const { authorization, 'x-api-key': key } = request.headers;
    told[name]?.add(String(key ?? authorization?.replace('Bearer ', '') ?? 'nothing'));
    request.resume();
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end('{"error":{"message":"no"}}');
  }),
);
const urls: string[] = [];
beforeAll(async () => {
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
});
beforeEach(() => {
  told = { first: new Set(), second: new Set() };
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const at = (provider: ServedProvider, place: number): ModelChoice => {
  const path = provider === 'anthropic' ? '' : '/v1';
  return { provider, model: 'm', baseUrl: `${urls[place]}${path}` };
};
const run = (first: ModelChoice, ...others: ModelChoice[]) => {
  const [coder] = others;
  return { model: first, roleModels: coder ? { coder } : {} };
};
const all = { anthropicKey: 'of-anthropic', openaiKey: 'of-openai' };
const own = { ...all, compatibleKey: 'of-compatible' };

/** Asks each model of a run in every way that there is. */
async function ask(settings: ReturnType<typeof run>, secrets: ProviderSecrets) {
  const keys = keysFor(settings, secrets);
  const choices = [settings.model, ...Object.values(settings.roleModels)].flatMap(chainOf);
  for (const choice of choices) {
    const call = callTo({ provider: choice.provider }, { choice });
    await expect(providerOf(choice, keys)(call)).rejects.toMatchObject({ name: 'ModelFailed' });
    const wires = {
      anthropic: ['messages'],
      openai: ['responses', 'chat-completions'],
      'openai-compatible': ['messages', 'chat-completions'],
    }[choice.provider as string] as readonly ('messages' | 'responses' | 'chat-completions')[];
    for (const wire of wires) {
      const raw = { ...call, wire, body: { model: 'm' }, stream: false, headers: {} };
      await expect(relayOf(choice, keys)(raw)).rejects.toMatchObject({ name: 'ModelFailed' });
    }
  }
}

test.each([
  ['the only server has OpenAI’s key', ['openai-compatible'], all, ['of-openai'], []],
  ['or its own', ['openai-compatible'], own, ['of-compatible'], []],
  ['beside OpenAI it has none', ['openai', 'openai-compatible'], all, ['of-openai'], ['none']],
  ['or its own', ['openai', 'openai-compatible'], own, ['of-openai'], ['of-compatible']],
  ['two have none', ['openai-compatible', 'openai-compatible'], all, ['none'], ['none']],
  ['Anthropic', ['anthropic', 'openai-compatible'], all, ['of-anthropic'], ['of-openai']],
  ['no key at all', ['openai-compatible'], {}, ['none'], []],
] as const)('which key arrives where: %s, %j', async (_, providers, secrets, first, second) => {
  const [one, two] = providers.map(at);
  if (one === undefined) throw new Error('no provider is named');
  await ask(two ? run(one, two) : run(one), secrets);
  expect([[...(told.first ?? [])], [...(told.second ?? [])]]).toEqual([first, second]);
  // What stands in for a model counts as the model of a role does.
  if (two === undefined) return;
  expect(keysFor(run({ ...one, fallbacks: [two] }), secrets)).toEqual(
    keysFor(run(one, two), secrets),
  );
});

test('doctor tells a server no key that is another’s', async () => {
  const settings = run(at('openai', 0), at('openai-compatible', 1));
  await inspectModels(settings, all, { call: true });
  expect([...(told.first ?? [])]).toEqual(['of-openai']);
  expect([...(told.second ?? [])].sort()).toEqual(['none', 'nothing']);
});

test.each(['anthropic', 'openai', 'openai-compatible'] as const)(
  '%s at two servers is refused with the key’s setting, and neither is asked',
  async (provider) => {
    const settings = run(at(provider, 0), at(provider, 1));
    const message = expect.stringMatching(
      /at http:\S+, http:\S+, and \w+_API_KEY is the key of one/,
    );
    expect(() => keysFor(settings, own)).toThrow(
      expect.objectContaining({ name: 'ConfigInvalid', message }),
    );
    const [found] = await inspectModels(settings, own, { call: true });
    expect(found).toMatchObject({ state: 'error', fix: message });
    expect([...(told.first ?? []), ...(told.second ?? [])]).toEqual([]);
  },
);

test('two paths of one server are one server, and recorded turns need no key', () => {
  const one = at('openai', 0);
  const same: ModelChoice = { ...at('openai-compatible', 0), baseUrl: `${urls[0]}/other/v1/` };
  expect(keysFor(run(one, same), all)).toMatchObject({ 'openai-compatible': 'of-openai' });
  expect(keysFor(run({ provider: 'replay', model: 'm' }), own)).toEqual({});
});
