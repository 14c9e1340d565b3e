import type { Config } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { chained, longestChain, modelNamed } from '../../lib/domain/model-chain.ts';
import type { ModelChoice, ServedProvider } from '../../lib/domain/run.ts';
import type { Wire } from '../../lib/domain/wire-names.ts';

/** Used with the `anthropic` provider where no model is named. */
const defaultModel = 'claude-sonnet-5-5';
/** What `--model` is, for the help. */
export const modelHelp = `the model; with anthropic ${defaultModel} if not given. More by comma, NAME, PROVIDER:NAME or PROVIDER:NAME@URL, stand in for it while it can't be had`;

/** The options that name the model of all roles. */
interface MainOptions {
  readonly provider?: ServedProvider;
  readonly baseUrl?: string;
  readonly wires?: readonly Wire[];
  /** One, or several by comma: each stands in for those before it. */
  readonly model?: string;
}

/** What the options name, with all that stands in for it. Throws `ConfigInvalid` with what to set. */
export function mainChoice(options: MainOptions, config: Config): ModelChoice {
  const [first = '', ...rest] = entriesIn(options.model ?? '', '--model');
  const named = entryOf(first);
  const { provider = options.provider, baseUrl = options.baseUrl } = named;
  const model = named.model === '' ? {} : { model: named.model };
  const wires = options.wires === undefined ? {} : { wires: options.wires };
  const main = choiceOf({ ...present(provider, baseUrl), ...model, ...wires }, config);
  return chained([main, ...rest.map((entry) => linkAt(entry, main, config))]);
}

/**
 * A role's own models by comma: `MODEL` at the same server as `main`, `PROVIDER:MODEL`, or either with `@URL` of a server.
 * Throws `ConfigInvalid`.
 */
export function chainAt(text: string, main: ModelChoice, config: Config): ModelChoice {
  const [first = '', ...rest] = entriesIn(text, '--role-model');
  const at = (entry: string) => linkAt(entry, main, config);
  return chained([at(first), ...rest.map(at)]);
}

function entriesIn(text: string, option: string): readonly string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.length > longestChain || (entries.length > 1 && entries.includes(''))) {
    throw new ConfigInvalid(
      `${option} ${text}: give at most ${longestChain} models, separated by commas`,
    );
  }
  return entries;
}

function linkAt(
  entry: string,
  { fallbacks: _, ...main }: ModelChoice,
  config: Config,
): ModelChoice {
  const { provider = main.provider, model, baseUrl } = entryOf(entry);
  if (baseUrl === undefined && provider === main.provider) return { ...main, model };
  if (provider === 'replay') throw new ConfigInvalid(`${entry}: recorded turns have no server`);
  return choiceOf({ model, ...present(provider, baseUrl) }, config);
}

/** `MODEL`, `PROVIDER:MODEL`, with or without `@URL`; an `@` or a colon may also stand in a model's name. */
function entryOf(entry: string): ReturnType<typeof modelNamed> & { readonly baseUrl?: string } {
  const [, name = entry, baseUrl] = /^(.*?)@(https?:\/\/.*)$/s.exec(entry) ?? [];
  const fault = baseUrl === undefined ? undefined : faultOfUrl(baseUrl);
  if (fault !== undefined) throw new ConfigInvalid(`${name}: ${fault}`);
  return { ...modelNamed(name), ...(baseUrl === undefined ? {} : { baseUrl }) };
}

function present(provider: ServedProvider | undefined, baseUrl: string | undefined) {
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
}

function choiceOf(options: MainOptions, config: Config): ModelChoice {
  const fallback = options.baseUrl === undefined ? 'anthropic' : 'openai-compatible';
  const provider = options.provider ?? fallback;
  const baseUrl = options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl };
  if (options.wires !== undefined && provider !== 'openai-compatible') {
    throw new ConfigInvalid(`--wires is for openai-compatible; what ${provider} speaks is known`);
  }
  if (provider === 'anthropic') {
    if (config.secrets.anthropicKey === undefined) {
      throw new ConfigInvalid(
        'no model to ask: set ANTHROPIC_API_KEY_FILE (a file with the key) or ANTHROPIC_API_KEY, or name a server with --base-url URL --model NAME',
      );
    }
    return { provider, model: options.model ?? defaultModel, ...baseUrl };
  }
  if (provider === 'openai' && config.secrets.openaiKey === undefined) {
    throw new ConfigInvalid('openai needs a key: set OPENAI_API_KEY_FILE or OPENAI_API_KEY');
  }
  const server = provider !== 'openai-compatible' || options.baseUrl !== undefined;
  if (options.model === undefined || !server) {
    const where = provider === 'openai-compatible' ? '--base-url URL and ' : '';
    throw new ConfigInvalid(`${provider} needs ${where}--model NAME`);
  }
  const wires = options.wires === undefined ? {} : { wires: options.wires };
  return { provider, model: options.model, ...baseUrl, ...wires };
}

/** Why a text is no address of a model server, if it is none. */
export function faultOfUrl(value: string): string | undefined {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    return 'Give an http or https URL, such as http://127.0.0.1:8080/v1';
  }
  const { username, password } = new URL(value);
  const bare = username === '' && password === '';
  return bare ? undefined : 'Give the key by OPENAI_API_KEY_FILE, not in the URL.';
}
