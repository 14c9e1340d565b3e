import { ConfigInvalid } from '../domain/errors.ts';
import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';
import { chainOf, nameOf } from '../domain/model-chain.ts';
import type { ModelChoice, RunSettings } from '../domain/run.ts';
import type { Wire } from '../domain/wire-names.ts';
import { keySettings, keysFor, type ProviderSecrets, type ServerKeys } from './keys.ts';
import { providerOf, relayOf } from './provider.ts';
import { anthropicUrl, openaiUrl } from './server-urls.ts';

const name = 'model server';

/** Every model that may be asked: of all roles, and what stands in for them, each once. Never throws. */
export async function inspectModels(
  { model, roleModels }: Pick<RunSettings, 'model' | 'roleModels'>,
  secrets: ProviderSecrets,
  look: Look,
): Promise<readonly Finding[]> {
  const links = [model, ...Object.values(roleModels)].flatMap(chainOf);
  const each = new Map(links.map((link) => [JSON.stringify(link), link]));
  const findings: Finding[] = [];
  try {
    const keys = keysFor({ model, roleModels }, secrets);
    for (const link of each.values()) findings.push(...(await inspectModel(link, keys, look)));
    return findings;
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return [wrong(name, 'a key would go to more than one server', error.message)];
  }
}

/** How closely a model is looked at. */
interface Look {
  /** Asks for a few tokens as well, which may cost a fraction of a cent. */
  readonly call: boolean;
}

/**
 * The model server of a choice: reachable, the key accepted, the model listed; with `call` also that it answers, over
 * each protocol that it is said to speak to engines. Never throws.
 */
async function inspectModel(
  choice: ModelChoice,
  keys: ServerKeys,
  { call }: Look,
): Promise<readonly Finding[]> {
  const listed =
    choice.provider === 'bedrock'
      ? doubtful(name, 'Bedrock is asked for no list', '--model-call asks for a few tokens')
      : await inspectList(choice, keys);
  if (!call) return [listed];
  const findings = [listed, await inspectCall(choice, keys)];
  // What a provider's own server speaks is known; of any other the operator says it.
  for (const wire of choice.wires ?? []) findings.push(await inspectWire(choice, keys, wire));
  return findings;
}

async function inspectList(choice: ModelChoice, keys: ServerKeys): Promise<Finding> {
  const { url, headers, setting } = listing(choice, keys);
  let answer: Response;
  try {
    answer = await fetch(url, { headers, signal: AbortSignal.timeout(20_000) });
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return wrong(
      name,
      `${url.origin} can't be reached (${cause})`,
      'is the server up, and --base-url right?',
    );
  }
  if (answer.status === 401 || answer.status === 403) {
    return wrong(
      name,
      `${url.origin} refuses the key (${answer.status})`,
      `set ${setting}_FILE to a file with a valid key`,
    );
  }
  if (!answer.ok) {
    const fix = '--model-call asks for a few tokens, which tells for sure';
    return doubtful(name, `${url.origin} answers ${answer.status} to a list of its models`, fix);
  }
  const models = idsIn(await answer.json().catch(() => undefined));
  if (models.includes(choice.model)) return good(name, `${url.origin} has ${choice.model}`);
  const some = models.slice(0, 10).join(', ') || 'none';
  const fix = `name one of its models with --model: ${some}`;
  return doubtful(name, `${url.origin} does not list ${choice.model}`, fix);
}

function listing({ provider, baseUrl }: ModelChoice, keys: ServerKeys) {
  if (provider === 'anthropic') {
    const url = new URL(`${(baseUrl ?? anthropicUrl).replace(/\/+$/, '')}/v1/models`);
    url.searchParams.set('limit', '1000');
    const headers = { 'x-api-key': keys.anthropic ?? '', 'anthropic-version': '2023-06-01' };
    return { url, headers, setting: keySettings.anthropic };
  }
  const url = new URL(`${(baseUrl ?? openaiUrl).replace(/\/+$/, '')}/models`);
  const kind = provider === 'openai' ? 'openai' : 'openai-compatible';
  const { [kind]: key } = keys;
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return { url, headers, setting: keySettings[kind] };
}

function idsIn(body: unknown): string[] {
  const data = (body as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data)) return [];
  return data.map((model: { id?: unknown } | null) => String(model?.id ?? ''));
}

const callMs = 60_000;
const address = { run: 'doctor', role: 'doctor', round: 1, attempt: 1, turn: 1 };

async function inspectCall(choice: ModelChoice, keys: ServerKeys): Promise<Finding> {
  const what = 'model call';
  try {
    const content = [{ type: 'text' as const, text: 'Say yes.' }];
    const reply = await providerOf(
      choice,
      keys,
    )({
      request: {
        system: 'Answer with one word.',
        tools: [],
        messages: [{ role: 'user', content }],
        maxTokens: fewTokens,
      },
      choice,
      address,
      signal: AbortSignal.timeout(callMs),
    });
    return good(what, `${nameOf(choice)}: ${reply.model} answered`);
  } catch (error) {
    return wrong(what, (error as Error).message, 'see what the server says; try another --model');
  }
}

/** Few, but as many as each protocol takes at least. */
const fewTokens = 16;
const asked = 'Say yes.';
const bodies: Record<Wire, Readonly<Record<string, unknown>>> = {
  messages: { max_tokens: fewTokens, messages: [{ role: 'user', content: asked }] },
  'chat-completions': { max_tokens: fewTokens, messages: [{ role: 'user', content: asked }] },
  responses: { max_output_tokens: fewTokens, input: asked, store: false },
};

/** Whether a server speaks a protocol to engines, as `--wires` says. */
async function inspectWire(choice: ModelChoice, keys: ServerKeys, wire: Wire): Promise<Finding> {
  const what = `model call, ${wire}`;
  try {
    const headers: Record<string, string> =
      wire === 'messages' ? { 'anthropic-version': '2023-06-01' } : {};
    const signal = AbortSignal.timeout(callMs);
    const body = { ...bodies[wire], model: choice.model };
    const call = { wire, choice, address, body, stream: false, headers, signal };
    const reply = await relayOf(choice, keys)(call);
    const chunks: Uint8Array[] = [];
    for await (const chunk of reply.body) chunks.push(chunk);
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return good(what, `${nameOf(choice)} answered`);
  } catch (error) {
    return wrong(what, (error as Error).message, `leave ${wire} out of --wires`);
  }
}
