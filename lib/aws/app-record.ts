import {
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { ConfigInvalid } from '../domain/errors.ts';
import { serviceError } from './service-errors.ts';

const schema = z.object({
  id: z.number().int(),
  slug: z.string(),
  url: z.string(),
  apiUrl: z.string(),
  /** Whether its key is in KMS. */
  keyed: z.boolean(),
});

/** The GitHub App of a deployment, as far as it has come. Nothing of it is a secret. */
export type AppRecord = z.infer<typeof schema>;

/**
 * Keeps what was done for the App, so that a set-up that broke off goes on where it stopped. All throw
 * `ConfigInvalid`, `StorageFailed`.
 */
export interface AppRecords {
  /** Undefined where no App was made. */
  read(): Promise<AppRecord | undefined>;
  write(record: AppRecord): Promise<void>;
  /** Whether a secret is in its place; its value is not asked for. */
  hasSecret(parameter: string): Promise<boolean>;
  putSecret(parameter: string, value: string): Promise<void>;
}

/** The parameter that the record is kept in. */
export function appParameter(deployment: string): string {
  return `/entropy/${deployment}/app`;
}

/** Records in SSM. */
export function appRecords(ssm: SSMClient, deployment: string): AppRecords {
  const Name = appParameter(deployment);
  /** As it is stored: a SecureString stays encrypted. */
  const stored = async (name: string) => {
    try {
      const asked = new GetParameterCommand({ Name: name, WithDecryption: false });
      return (await ssm.send(asked)).Parameter?.Value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw serviceError(error, `${name} can't be read`);
    }
  };
  const put = async (name: string, Type: 'String' | 'SecureString', Value: string) => {
    const asked = new PutParameterCommand({ Name: name, Type, Value, Overwrite: true });
    await ssm.send(asked).catch((error: unknown) => {
      throw serviceError(error, `${name} can't be written`);
    });
  };
  return {
    read: async () => {
      const text = await stored(Name);
      if (text === undefined) return undefined;
      const read = schema.safeParse(JSON.parse(text));
      if (read.success) return read.data;
      throw new ConfigInvalid(`${Name} does not hold the record of an App: delete the parameter`);
    },
    write: (record) => put(Name, 'String', JSON.stringify(record)),
    hasSecret: async (parameter) => (await stored(parameter)) !== undefined,
    putSecret: (parameter, value) => put(parameter, 'SecureString', value),
  };
}
