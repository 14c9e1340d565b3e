import { ConfigInvalid } from '../domain/errors.ts';
import { chainOf } from '../domain/model-chain.ts';
import type { ModelChoice, RunSettings } from '../domain/run.ts';
import { anthropicUrl, openaiUrl } from './server-urls.ts';

/** The operator's keys, as they are set. They stay in this process and enter no error, log or ledger. */
export interface ProviderSecrets {
  readonly anthropicKey?: string;
  readonly openaiKey?: string;
  readonly compatibleKey?: string;
}

/** The key that each provider's server is given, where it is given one. */
export type ServerKeys = Readonly<Partial<Record<KeyedProvider, string>>>;
type KeyedProvider = keyof typeof keySettings;

/** The setting that says a provider's key, also as `NAME_FILE`. */
export const keySettings = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  'openai-compatible': 'OPENAI_COMPATIBLE_API_KEY',
} as const;

/**
 * The keys for models of a run with these settings, which are the operator's: a key goes to one server. `openai-compatible` has a
 * key of its own; without it, it is given OpenAI's where no other server is, which is how a single server is used. Throws
 * `ConfigInvalid` where a key would go to two.
 */
export function keysFor(
  { model, roleModels }: Pick<RunSettings, 'model' | 'roleModels'>,
  { anthropicKey, openaiKey, compatibleKey }: ProviderSecrets,
): ServerKeys {
  const models = [model, ...Object.values(roleModels)].flatMap(chainOf);
  const originsOf = (...providers: readonly string[]) => {
    const served = models.filter(({ provider }) => providers.includes(provider));
    return [...new Set(served.flatMap(originOf))];
  };
  const alone = originsOf('openai', 'openai-compatible').length === 1;
  const given = {
    anthropic: anthropicKey,
    openai: openaiKey,
    'openai-compatible': compatibleKey ?? (alone ? openaiKey : undefined),
  };
  const keys: { -readonly [P in KeyedProvider]?: string } = {};
  for (const provider of Object.keys(given) as KeyedProvider[]) {
    const key = given[provider];
    const origins = originsOf(provider);
    if (key === undefined || origins.length === 0) continue;
    if (origins.length > 1) throw oneServerOnly(provider, origins);
    keys[provider] = key;
  }
  return keys;
}

function oneServerOnly(provider: KeyedProvider, origins: readonly string[]): ConfigInvalid {
  const [servers, setting] = [origins.join(', '), keySettings[provider]];
  const other =
    provider === 'openai-compatible' ? '' : ', or the other as openai-compatible:NAME@URL';
  return new ConfigInvalid(
    `models of ${provider} are at ${servers}, and ${setting} is the key of one server: name one of them${other}`,
  );
}

/** Scheme, host and port, which are what a key is told to. None where there is no address yet. */
function originOf({ provider, baseUrl }: ModelChoice): readonly string[] {
  const own = { anthropic: anthropicUrl, openai: openaiUrl }[provider as string];
  const url = baseUrl ?? own;
  return url === undefined ? [] : [new URL(url).origin];
}
