import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { applyIgnored } from '../../localstack/after-deploy.ts';
import { answered } from '../aws/stack-wire.ts';
import { startWire } from '../aws/wire.ts';
import { freshFolder } from '../local/source/git-fixture.ts';

/** Functions as the stack has them, and the names that they are deployed by: 64 characters at most, so ids are cut off. */
const deployed = {
  FunctionswebhookFunction0A1B2C3D: 'Entropy-a-deployment-of-mine-Functionswebhoo-ABCDEFGH1234',
  FunctionsclosestageFunction4E5F6A7B: 'Entropy-a-deployment-of-mine-Functionsclosest-BCDEFGHI2345',
  FunctionsledgerwriterFunction8C9D0E1F:
    'Entropy-a-deployment-of-mine-Functionsledgerw-CDEFGHIJ3456',
  Functions0lderFunction: 'Entropy-a-deployment-of-mine-Functions-DEFGHIJK4567',
};

test('a function gets its reserved share, whatever is left of its id in its name', async () => {
  const reserved = Object.keys(deployed).filter((id) => id !== 'Functions0lderFunction');
  const functions = reserved.map((id, place) => [
    id,
    { Type: 'AWS::Lambda::Function', Properties: { ReservedConcurrentExecutions: place + 5 } },
  ]);
  const Resources = {
    ...Object.fromEntries(functions),
    Functions0lderFunction: { Type: 'AWS::Lambda::Function', Properties: {} },
  };
  const folder = freshFolder();
  const stack = 'Entropy-a-deployment-of-mine';
  writeFileSync(join(folder, `${stack}.template.json`), JSON.stringify({ Resources }));
  // Two pages, as of a stack of more than a hundred resources.
  const pages = [Object.entries(deployed).slice(0, 2), Object.entries(deployed).slice(2)];
  const { calls, client } = await startWire(({ operation, body }) => {
    if (operation !== 'ListStackResources') return { body: {} };
    const page = body.NextToken === 'more' ? 1 : 0;
    const members = pages[page]?.map(
      ([id, name]) =>
        `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${name}</PhysicalResourceId></member>`,
    );
    const next = page === 0 ? '<NextToken>more</NextToken>' : '';
    const found = `<StackResourceSummaries>${members?.join('')}</StackResourceSummaries>${next}`;
    return answered('ListStackResources', found);
  });
  const clients = {
    ...{ cloudformation: new CloudFormationClient(client), dynamo: new DynamoDBClient(client) },
    ...{ lambda: new LambdaClient(client), s3: new S3Client(client) },
  };
  await applyIgnored(clients, folder, { TableName: 'table', LedgerBucket: 'bucket' });
  const asked = calls.filter(({ operation }) => operation.startsWith('PUT '));
  const wanted = reserved.map((id, place) => ({
    operation: `PUT /2017-10-31/functions/${deployed[id as keyof typeof deployed]}/concurrency`,
    body: { ReservedConcurrentExecutions: place + 5 },
  }));
  expect(asked).toEqual(wanted);
  expect(calls[0]?.body).toMatchObject({ StackName: stack });
});
