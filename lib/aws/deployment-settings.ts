import {
  DeleteParametersCommand,
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { ConfigInvalid } from '../domain/errors.ts';
import { serviceError } from './service-errors.ts';

/** The stack's settings as they were said, by name: `docs/aws.md` lists them. None is a secret. */
export type DeploymentSettings = Readonly<Record<string, string>>;

/**
 * What was said of a deployment, kept beside it in the account, so that the next deployment need not say it again and
 * whoever deploys says the same. All throw `ConfigInvalid`, `StorageFailed`.
 */
export interface SettingsStore {
  /** Empty where nothing was said yet. */
  read(): Promise<DeploymentSettings>;
  write(settings: DeploymentSettings): Promise<void>;
}

/** The parameter that a deployment's settings are kept in. */
export function settingsParameter(deployment: string): string {
  return `/entropy/${deployment}/settings`;
}

/** Settings in a parameter of SSM. */
export function settingsStore(ssm: SSMClient, deployment: string): SettingsStore {
  const Name = settingsParameter(deployment);
  return {
    read: async () => {
      try {
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
        return settingsIn(Name, Parameter?.Value ?? '{}');
      } catch (error) {
        if (error instanceof ParameterNotFound) return {};
        throw serviceError(error, `the settings in ${Name} can't be read`);
      }
    },
    write: async (settings) => {
      const Value = JSON.stringify(settings);
      const put = { Name, Value, Type: 'String', Overwrite: true } as const;
      await ssm.send(new PutParameterCommand(put)).catch((error: unknown) => {
        throw serviceError(error, `the settings can't be kept in ${Name}`);
      });
    },
  };
}

function settingsIn(name: string, text: string): DeploymentSettings {
  try {
    const value: unknown = JSON.parse(text);
    const entries = Object.entries(value as object);
    if (entries.every(([, each]) => typeof each === 'string')) return Object.fromEntries(entries);
  } catch {}
  throw new ConfigInvalid(
    `${name} does not hold settings: delete the parameter and say them again`,
  );
}

/** Removes parameters, whichever of them there are. Throws `ConfigInvalid`, `StorageFailed`. */
export async function removeParameters(ssm: SSMClient, Names: string[]): Promise<void> {
  await ssm.send(new DeleteParametersCommand({ Names })).catch((error: unknown) => {
    throw serviceError(error, `the parameters ${Names.join(', ')} can't be removed`);
  });
}
