import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { parameterSecrets, webhookSecrets } from '../lib/aws/secrets.ts';
import { dynamoClient } from '../lib/aws/store/client.ts';
import { dynamoInboxStore } from '../lib/aws/store/inbox-store.ts';
import { openTable } from '../lib/aws/store/table.ts';
import { receiveWebhook } from '../lib/services/intake/receive.ts';

const environment = functionEnvironment(process.env);
const inbox = dynamoInboxStore(openTable(dynamoClient(), environment.needed('table')));
const secrets = parameterSecrets(new SSMClient({}), {
  webhook: environment.needed('webhookSecret'),
  webhookPrevious: environment.needed('webhookSecretPrevious'),
});

/** A delivery of GitHub's, checked and durable before it is answered. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyResultV2>().handler(
  async ({ headers, body = '', isBase64Encoded }) => {
    const request = { headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
    const receive = (values: Awaited<ReturnType<typeof secrets.values>>) =>
      receiveWebhook(request, { inbox, secrets: webhookSecrets(values), now: Date.now() });
    const known = await receive(await secrets.values());
    // The secret may have been changed since it was read.
    const { status, message } =
      known.status === 401 ? await receive(await secrets.refreshed()) : known;
    console.log(JSON.stringify({ delivery: headers['x-github-delivery'], status, message }));
    return { statusCode: status, body: message };
  },
);
