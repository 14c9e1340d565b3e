import {
  type CloudFormationClient,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { ConfigInvalid, NotFound } from '../domain/errors.ts';
import type { environmentNames } from './environment-names.ts';
import { outputsParameter } from './outputs-parameter.ts';
import { serviceError } from './service-errors.ts';

/** A stack as CloudFormation tells of it. */
export interface DeployedStack {
  readonly name: string;
  readonly id: string;
  readonly status: StackStatus | 'unknown';
  /** What it says of itself, by names that stay: `lib/cdk/outputs.ts`. */
  readonly outputs: ReadonlyMap<string, string>;
  readonly isProtected: boolean;
}

/** The stack of a deployment, as `bin/app.ts` names it. */
export function stackNameOf(deployment: string): string {
  return `Entropy-${deployment}`;
}

/** A stack by its name; undefined where there is none. Throws `ConfigInvalid`, `StorageFailed`. */
export async function findStack(
  client: CloudFormationClient,
  name: string,
): Promise<DeployedStack | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const [found] = Stacks;
    if (found === undefined) return undefined;
    const outputs = (found.Outputs ?? []).map(
      ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
    );
    return {
      name: found.StackName ?? name,
      id: found.StackId ?? name,
      status: found.StackStatus ?? 'unknown',
      outputs: new Map(outputs),
      isProtected: found.EnableTerminationProtection ?? false,
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw serviceError(error, `CloudFormation does not tell of ${name}`);
  }
}

/** The stack of a deployment. Throws `NotFound`, `ConfigInvalid`, `StorageFailed`. */
export async function deployedStack(
  client: CloudFormationClient,
  deployment: string,
): Promise<DeployedStack> {
  const name = stackNameOf(deployment);
  const found = await findStack(client, name);
  if (found !== undefined) return found;
  throw noStack(name, await client.config.region());
}

/**
 * What the stack of a deployment says of itself, for those who may ask for no stack. Throws `NotFound`, `ConfigInvalid`,
 * `StorageFailed`.
 */
export async function deployedOutputs(
  client: SSMClient,
  deployment: string,
): Promise<Pick<DeployedStack, 'name' | 'outputs'>> {
  const [name, Name] = [stackNameOf(deployment), outputsParameter(deployment)];
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return { name, outputs: new Map(Object.entries(outputsIn(Name, Parameter?.Value ?? '{}'))) };
  } catch (error) {
    if (error instanceof ParameterNotFound) throw noStack(name, await client.config.region());
    throw serviceError(error, `SSM does not tell of ${name}`);
  }
}

function outputsIn(name: string, text: string): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch (cause) {
    throw new ConfigInvalid(`${name} is not JSON: "entropy deploy" writes it anew`, { cause });
  }
}

function noStack(name: string, region: string): NotFound {
  return new NotFound(`there is no stack ${name} in ${region}: "entropy deploy" makes it`);
}

/** The service has one error for all that it finds wrong with a request, and says in words which it is. */
function isMissing(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ValidationError' && /does not exist/.test(message);
}

type Key = keyof typeof environmentNames;

/** Outputs that say what a function reads of its environment. */
const outputOf: Readonly<Partial<Record<Key, string>>> = {
  table: 'TableName',
  ledgerBucket: 'LedgerBucket',
  signerKey: 'SignerKeyId',
  appKey: 'AppKeyId',
  stateMachine: 'StateMachineArn',
  cluster: 'ClusterArn',
  githubApi: 'GithubApi',
  mintFunction: 'MintFunction',
  webhookSecret: 'WebhookSecretParameter',
  webhookSecretPrevious: 'WebhookSecretPreviousParameter',
};

/** What a function of the stack would find in its environment, as far as the stack says it. */
export function environmentOf({ name, outputs }: Pick<DeployedStack, 'name' | 'outputs'>) {
  const given = (key: Key) => outputs.get(outputOf[key] ?? '');
  return {
    given,
    needed: (key: Key): string => {
      const value = given(key);
      if (value !== undefined) return value;
      throw new NotFound(
        `${name} does not say ${outputOf[key]}: "entropy deploy" brings it up to date`,
      );
    },
  };
}
