import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll } from '@jest/globals';
import { dynamoClient } from '../../../lib/aws/store/client.ts';
import type { Table } from '../../../lib/aws/store/table.ts';
import { openTable } from '../../../lib/aws/store/table.ts';

/** Where the emulator listens: set by what starts it. */
export const endpoint = process.env.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566';

/** The table as the stack makes it: its keys and its stream. */
function tableDefinition(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  };
}

/** A client of the emulator, or of what stands before it. The caller ends it. */
export function emulatorClient(url = endpoint, maxAttempts = 4): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return dynamoClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts });
}

export interface OpenTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly table: Table;
}

/** Gives an empty table of its own at each call; all are removed after the tests of the file. */
export function tableMaker(): () => Promise<OpenTable> {
  const client = emulatorClient();
  const made: string[] = [];
  afterAll(async () => {
    for (const TableName of made) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  });
  return async () => {
    const tableName = `entropy-${process.pid}-${Date.now()}-${made.length}`;
    await client.send(new CreateTableCommand(tableDefinition(tableName)));
    made.push(tableName);
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: tableName });
    return { client, tableName, table: openTable(client, tableName) };
  };
}
