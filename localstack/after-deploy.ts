import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type LambdaClient,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { PutObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Outputs } from './deploy.ts';

/** The clients that are needed. */
export interface Clients {
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
  const resources = resourcesIn(synthesized);
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
  if (reserved.length > 0) await reserve(clients.lambda, new Map(reserved));
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

/** A function's name has the id of its resource in it. */
async function reserve(lambda: LambdaClient, most: ReadonlyMap<string, number>): Promise<void> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({ MaxItems: 1000 }));
  for (const { FunctionName = '' } of Functions) {
    const found = [...most].find(([id]) => FunctionName.includes(`-${id}-`));
    if (found === undefined) continue;
    const asked = { FunctionName, ReservedConcurrentExecutions: found[1] };
    await lambda.send(new PutFunctionConcurrencyCommand(asked));
  }
}

function resourcesIn(synthesized: string): Record<string, Resource> {
  const names = readdirSync(synthesized).filter((name) => name.endsWith('.template.json'));
  const templates = names.map((name) => JSON.parse(readFileSync(join(synthesized, name), 'utf8')));
  return Object.assign({}, ...templates.map((template) => template.Resources ?? {}));
}
