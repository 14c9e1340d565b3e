import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { ConfigInvalid } from '../domain/errors.ts';
import { serviceError } from './service-errors.ts';

/** Secrets of the operator, by name; what is not set is not there. Never to be logged. */
export type SecretValues = ReadonlyMap<string, string>;

/** Reads secrets and keeps them for a while. Both throw `ConfigInvalid` and `StorageFailed`. */
export interface Secrets {
  /** As they were read within the last five minutes. */
  values(): Promise<SecretValues>;
  /**
   * Read anew, for whoever found that one no longer fits, unless that was done just before: strangers can
   * make a signature fail as often as they like.
   */
  refreshed(): Promise<SecretValues>;
}

/** Secrets shorter than this could be guessed. Characters. */
const leastWebhookSecret = 32;
const keptMs = 5 * 60_000;
const leastPauseMs = 10_000;
/** As many as SSM gives at a time. */
const batch = 10;

/**
 * SecureString parameters of SSM. `parameters` gives each secret's name here the name that the parameter
 * has there.
 */
export function parameterSecrets(
  ssm: SSMClient,
  parameters: Readonly<Record<string, string>>,
  now: () => number = Date.now,
): Secrets {
  let held: { readonly at: number; readonly values: Promise<SecretValues> } | undefined;
  const within = (ms: number): Promise<SecretValues> => {
    if (held !== undefined && now() - held.at < ms) return held.values;
    const reading = { at: now(), values: readAll(ssm, parameters) };
    held = reading;
    reading.values.catch(() => {
      // Who asks next tries again.
      if (held === reading) held = undefined;
    });
    return reading.values;
  };
  return { values: () => within(keptMs), refreshed: () => within(leastPauseMs) };
}

/**
 * The webhook's secrets `webhook` and `webhookPrevious` (while it is being rotated), in this order. Throws
 * `ConfigInvalid` where there is none, or one too short to keep a stranger out.
 */
export function webhookSecrets(values: SecretValues): readonly string[] {
  const secrets = [values.get('webhook'), values.get('webhookPrevious')];
  const found = secrets.filter((secret) => secret !== undefined);
  if (found.length === 0) throw new ConfigInvalid("the webhook's secret is not set");
  if (found.every(({ length }) => length >= leastWebhookSecret)) return found;
  throw new ConfigInvalid(`the webhook's secret must have ${leastWebhookSecret} characters`);
}

async function readAll(
  ssm: SSMClient,
  parameters: Readonly<Record<string, string>>,
): Promise<SecretValues> {
  const names = Object.entries(parameters);
  const found = new Map<string, string>();
  for (let from = 0; from < names.length; from += batch) {
    const some = names.slice(from, from + batch);
    const values = await readSome(
      ssm,
      some.map(([, parameter]) => parameter),
    );
    for (const [name, parameter] of some) {
      const value = values.get(parameter)?.trim();
      if (value) found.set(name, value);
    }
  }
  return found;
}

async function readSome(ssm: SSMClient, names: string[]): Promise<Map<string, string>> {
  try {
    // A name that is not there comes in InvalidParameters, and is not set.
    const { Parameters = [] } = await ssm.send(
      new GetParametersCommand({ Names: names, WithDecryption: true }),
    );
    return new Map(Parameters.map(({ Name = '', Value = '' }) => [Name, Value]));
  } catch (error) {
    throw serviceError(error, `the secrets ${names.join(', ')} can't be read`);
  }
}
