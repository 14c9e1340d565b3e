import { setTimeout as pause } from 'node:timers/promises';
import {
  type CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  type StackResourceSummary,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeregisterTaskDefinitionCommand,
  type ECSClient,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import { DeploymentFailed } from '../domain/errors.ts';
import { modelRoles } from '../domain/stage.ts';
import type { DeployedStack } from './deployed-stack.ts';
import { serviceError } from './service-errors.ts';
import { stackResources } from './stack-resources.ts';

/** Something that outlives the stack. */
export interface Kept {
  readonly type: string;
  readonly id: string;
}

/** How a stack is taken down. */
export interface TakeDownOptions {
  readonly client: CloudFormationClient;
  /** Its ARN: by its name it is not found any more once it is gone. */
  readonly stack: string;
  readonly log: (line: string) => void;
  /** Milliseconds between two looks. */
  readonly pollMs?: number;
}

/** Looks at a stack that goes, an hour's worth at the usual pace. */
const mostLooks = 720;

/**
 * Takes a stack down: its protection is lifted, and it is deleted. A bucket that can't be emptied, because what is in it
 * is locked, is left behind. Gives what is left. Throws `DeploymentFailed`, `ConfigInvalid`, `StorageFailed`.
 */
export async function takeDown(options: TakeDownOptions): Promise<readonly Kept[]> {
  const { client, stack: StackName, log } = options;
  const unprotected = { StackName, EnableTerminationProtection: false };
  await asked(client.send(new UpdateTerminationProtectionCommand(unprotected)), StackName);
  await asked(client.send(new DeleteStackCommand({ StackName })), StackName);
  if (await isGone(options)) return kept(await resourcesOf(options));
  const stuck = (await resourcesOf(options)).filter(
    ({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED',
  );
  const buckets = stuck.filter(({ ResourceType }) => ResourceType === 'AWS::S3::Bucket');
  if (buckets.length === 0 || buckets.length < stuck.length) throw failed(stuck);
  log(`left behind, for what is in them is locked: ${idsOf(buckets)}`);
  const RetainResources = buckets.map(({ LogicalResourceId = '' }) => LogicalResourceId);
  await asked(client.send(new DeleteStackCommand({ StackName, RetainResources })), StackName);
  if (!(await isGone(options))) throw failed(await resourcesOf(options));
  return kept(await resourcesOf(options), buckets);
}

/** False where it could not be deleted. */
async function isGone({ client, stack: StackName, log, pollMs = 5_000 }: TakeDownOptions) {
  let told = '';
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const status = await statusOf(client, StackName);
    if (status === 'DELETE_COMPLETE') return true;
    if (status === 'DELETE_FAILED') return false;
    if (status !== told) log(status);
    told = status;
    await pause(pollMs);
  }
  throw new DeploymentFailed(`${StackName} is still being deleted: look at it in CloudFormation`);
}

async function statusOf(client: CloudFormationClient, StackName: string): Promise<string> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks[0]?.StackStatus ?? 'DELETE_COMPLETE';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ValidationError' && /does not exist/.test(message)) return 'DELETE_COMPLETE';
    throw serviceError(error, `CloudFormation does not tell of ${StackName}`);
  }
}

/** For 90 days also of a stack that is gone; none where the service forgot it sooner. */
async function resourcesOf({
  client,
  stack: StackName,
}: TakeDownOptions): Promise<readonly StackResourceSummary[]> {
  try {
    return await stackResources(client, StackName);
  } catch (error) {
    if (/does not exist/.test((error as Error).message)) return [];
    throw serviceError(error, `CloudFormation does not tell what ${StackName} is made of`);
  }
}

function kept(
  resources: readonly StackResourceSummary[],
  beside: readonly StackResourceSummary[] = [],
): Kept[] {
  const skipped = resources.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_SKIPPED');
  const all = new Map([...skipped, ...beside].map((each) => [each.LogicalResourceId, each]));
  return [...all.values()].map(({ ResourceType, PhysicalResourceId }) => ({
    type: ResourceType ?? '',
    id: PhysicalResourceId ?? '',
  }));
}

const idsOf = (resources: readonly StackResourceSummary[]) =>
  resources.map(({ PhysicalResourceId }) => PhysicalResourceId).join(', ');

function failed(stuck: readonly StackResourceSummary[]): DeploymentFailed {
  const lines = stuck.map(
    ({ LogicalResourceId, ResourceStatusReason }) =>
      `${LogicalResourceId}: ${ResourceStatusReason}`,
  );
  return new DeploymentFailed(`not all of it could be deleted:\n${lines.join('\n')}`);
}

async function asked(work: Promise<unknown>, stack: string): Promise<void> {
  await work.catch((error: unknown) => {
    throw serviceError(error, `CloudFormation does not delete ${stack}`);
  });
}

/** Pages of task definitions that are looked at. */
const mostPages = 100;

/**
 * Deregisters every revision of these families: earlier ones outlived their deployments, for runs that had begun with
 * them. Gives how many. Throws `ConfigInvalid`, `StorageFailed`.
 */
export async function deregisterTasks(
  client: ECSClient,
  families: readonly string[],
): Promise<number> {
  let done = 0;
  try {
    for (const familyPrefix of families) {
      for (let page = 0; page < mostPages; page += 1) {
        const wanted = { familyPrefix, status: 'ACTIVE', maxResults: 100 } as const;
        const { taskDefinitionArns = [] } = await client.send(
          new ListTaskDefinitionsCommand(wanted),
        );
        // A family's name may begin another's.
        const ours = taskDefinitionArns.filter((arn) => arn.includes(`/${familyPrefix}:`));
        for (const taskDefinition of ours) {
          await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
        }
        done += ours.length;
        if (ours.length === 0) break;
      }
    }
  } catch (error) {
    throw serviceError(error, 'ECS does not take back task definitions');
  }
  return done;
}

/** The families of a deployment's task definitions. */
export function taskFamilies(deployment: string): string[] {
  return [...modelRoles, 'verifier'].map((role) => `${deployment}-${role}`);
}

/** Names of the parameters that hold a deployment's secrets. */
export function secretParameters({ outputs }: Pick<DeployedStack, 'outputs'>): string[] {
  return [...outputs].filter(([name]) => name.endsWith('Parameter')).map(([, at]) => at);
}
