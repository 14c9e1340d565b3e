import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { callLimits } from '../call-limits.ts';

/** Far over what the table takes for the largest transaction. Milliseconds. */
const answerMs = 3_000;

/**
 * A client for `openTable`. Region, credentials and endpoint come from the environment unless `config` names
 * them. The caller ends it.
 */
export function dynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ ...callLimits(answerMs), ...config });
}
