import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { ConfigInvalid } from '../domain/errors.ts';
import { type Finding, good, wrong } from '../domain/finding.ts';
import { findStack } from './deployed-stack.ts';
import { serviceError } from './service-errors.ts';

/** Who calls, and in which account and region. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly region: string;
}

/** The stack that `cdk bootstrap` makes, and the least version that an asset of a function needs. */
const bootstrapStack = 'CDKToolkit';
const leastBootstrap = 6;

/** Who calls. Throws `ConfigInvalid` without credentials or region, `StorageFailed` where AWS can't be reached. */
export async function callerOf(sts: STSClient): Promise<Caller> {
  const region = await regionOf(sts);
  try {
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn, region };
  } catch (error) {
    if ((error as Error).name !== 'CredentialsProviderError') {
      throw serviceError(error, 'AWS does not say who calls');
    }
    const text = 'there are no AWS credentials: set AWS_PROFILE, or log in as for AWS’s own tools';
    throw new ConfigInvalid(text);
  }
}

async function regionOf(sts: STSClient): Promise<string> {
  try {
    return await sts.config.region();
  } catch {
    throw new ConfigInvalid('no region is named: give --region, or set AWS_REGION');
  }
}

/** Whether the account's region is made ready for the CDK. Throws `ConfigInvalid`, `StorageFailed`. */
export async function inspectBootstrap(
  client: CloudFormationClient,
  { account, region }: Caller,
): Promise<Finding> {
  const name = 'bootstrap';
  const found = await findStack(client, bootstrapStack);
  const fix = `"entropy deploy --bootstrap", or: npx cdk bootstrap aws://${account}/${region}`;
  if (found === undefined) return wrong(name, `${region} was never made ready for the CDK`, fix);
  const version = Number(found.outputs.get('BootstrapVersion') ?? 0);
  if (version >= leastBootstrap) return good(name, `version ${version}`);
  return wrong(name, `version ${version}, and ${leastBootstrap} is needed`, fix);
}
