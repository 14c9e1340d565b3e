import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * A client for `openTable`: a connection that gives no answer is given up, as the SDK by itself would not. Region,
 * credentials and endpoint come from the environment unless `config` names them. The caller ends it.
 */
export function dynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000 },
    ...config,
  });
}
