import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { type LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { PutObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import { stackResources } from '../lib/aws/stack-resources.ts';
import type { Outputs } from './deploy.ts';

/** The clients that are needed. */
export interface Clients {
  readonly cloudformation: CloudFormationClient;
  readonly dynamo: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
}

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are whatever AWS takes
  readonly Properties?: any;
}

/**
 * Sets by the API what an emulator takes no notice of in a template, see differences.md. What it sets is read from
 * the synthesized template, so that both are the same.
 */
export async function applyIgnored(
  clients: Clients,
  synthesized: string,
  outputs: Pick<Outputs, 'TableName' | 'LedgerBucket'>,
): Promise<void> {
  const stacks = stacksIn(synthesized);
  const resources: Record<string, Resource> = Object.assign({}, ...stacks.values());
  const ofType = (type: string) =>
    Object.entries(resources).filter(([, { Type }]) => Type === type);
  for (const [, { Properties: table = {} }] of ofType('AWS::DynamoDB::Table')) {
    await applyToTable(clients.dynamo, outputs.TableName, table);
  }
  for (const [, { Properties: bucket = {} }] of ofType('AWS::S3::Bucket')) {
    const lock = bucket.ObjectLockConfiguration;
    if (lock === undefined) continue;
    const Bucket = outputs.LedgerBucket;
    const asked = { Bucket, ObjectLockConfiguration: lock };
    await clients.s3.send(new PutObjectLockConfigurationCommand(asked));
  }
  const reserved = ofType('AWS::Lambda::Function').flatMap(([id, { Properties = {} }]) => {
    const { ReservedConcurrentExecutions: most } = Properties;
    return most === undefined ? [] : [[id, most as number] as const];
  });
  if (reserved.length > 0) await reserve(clients, [...stacks.keys()], new Map(reserved));
}

async function applyToTable(
  dynamo: DynamoDBClient,
  TableName: string,
  table: NonNullable<Resource['Properties']>,
): Promise<void> {
  const { TimeToLiveSpecification, PointInTimeRecoverySpecification } = table;
  if (TimeToLiveSpecification) {
    await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  if (PointInTimeRecoverySpecification) {
    const asked = { TableName, PointInTimeRecoverySpecification };
    await dynamo.send(new UpdateContinuousBackupsCommand(asked));
  }
}

/** By what the stack says that it made: in a function's name the id of its resource may be cut off. */
async function reserve(
  { cloudformation: client, lambda }: Clients,
  stacks: readonly string[],
  most: ReadonlyMap<string, number>,
): Promise<void> {
  for (const StackName of stacks) {
    const resources = await stackResources(client, StackName);
    for (const { LogicalResourceId = '', PhysicalResourceId } of resources) {
      const ReservedConcurrentExecutions = most.get(LogicalResourceId);
      if (ReservedConcurrentExecutions === undefined) continue;
      const asked = { FunctionName: PhysicalResourceId, ReservedConcurrentExecutions };
      await lambda.send(new PutFunctionConcurrencyCommand(asked));
    }
  }
}

/** What each stack was made from, by the stack's name. */
function stacksIn(synthesized: string): ReadonlyMap<string, Record<string, Resource>> {
  const end = '.template.json';
  const names = readdirSync(synthesized).filter((name) => name.endsWith(end));
  return new Map(
    names.map((name) => {
      const template = JSON.parse(readFileSync(join(synthesized, name), 'utf8'));
      return [name.slice(0, -end.length), template.Resources ?? {}];
    }),
  );
}
