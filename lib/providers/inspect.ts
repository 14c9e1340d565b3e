import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';
import type { ModelChoice } from '../domain/run.ts';
import { openaiUrl } from './openai-url.ts';
import { type ProviderSecrets, providerOf } from './provider.ts';

const name = 'model server';

/**
 * The model server of a choice: reachable, the key accepted, the model listed. `call` asks for one token as
 * well, which may cost a fraction of a cent. Never throws.
 */
export async function inspectModel(
  choice: ModelChoice,
  secrets: ProviderSecrets,
  { call }: { readonly call: boolean },
): Promise<readonly Finding[]> {
  const listed =
    choice.provider === 'bedrock'
      ? doubtful(name, 'Bedrock is asked for no list', '--model-call asks for one token')
      : await inspectList(choice, secrets);
  return call ? [listed, await inspectCall(choice, secrets)] : [listed];
}

async function inspectList(choice: ModelChoice, secrets: ProviderSecrets): Promise<Finding> {
  const { url, headers, key } = listing(choice, secrets);
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
      `set ${key}_FILE to a file with a valid key`,
    );
  }
  if (!answer.ok) {
    const fix = '--model-call asks for one token, which tells for sure';
    return doubtful(name, `${url.origin} answers ${answer.status} to a list of its models`, fix);
  }
  const models = idsIn(await answer.json().catch(() => undefined));
  if (models.includes(choice.model)) return good(name, `${url.origin} has ${choice.model}`);
  const some = models.slice(0, 10).join(', ') || 'none';
  const fix = `name one of its models with --model: ${some}`;
  return doubtful(name, `${url.origin} does not list ${choice.model}`, fix);
}

function listing({ provider, baseUrl }: ModelChoice, secrets: ProviderSecrets) {
  if (provider === 'anthropic') {
    const url = new URL(
      `${(baseUrl ?? 'https://api.anthropic.com').replace(/\/+$/, '')}/v1/models`,
    );
    url.searchParams.set('limit', '1000');
    const headers = { 'x-api-key': secrets.anthropicKey ?? '', 'anthropic-version': '2023-06-01' };
    return { url, headers, key: 'ANTHROPIC_API_KEY' };
  }
  const url = new URL(`${(baseUrl ?? openaiUrl).replace(/\/+$/, '')}/models`);
  const { openaiKey } = secrets;
  const headers: Record<string, string> = openaiKey ? { authorization: `Bearer ${openaiKey}` } : {};
  return { url, headers, key: 'OPENAI_API_KEY' };
}

function idsIn(body: unknown): string[] {
  const data = (body as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data)) return [];
  return data.map((model: { id?: unknown } | null) => String(model?.id ?? ''));
}

async function inspectCall(choice: ModelChoice, secrets: ProviderSecrets): Promise<Finding> {
  const what = 'model call';
  try {
    const content = [{ type: 'text' as const, text: 'Say yes.' }];
    const reply = await providerOf(
      choice,
      secrets,
    )({
      request: {
        system: 'Answer with one word.',
        tools: [],
        messages: [{ role: 'user', content }],
        maxTokens: 1,
      },
      choice,
      address: { run: 'doctor', role: 'doctor', round: 1, attempt: 1, turn: 1 },
      signal: AbortSignal.timeout(60_000),
    });
    return good(what, `${reply.model} answered`);
  } catch (error) {
    return wrong(what, (error as Error).message, 'see what the server says; try another --model');
  }
}
