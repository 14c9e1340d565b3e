import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { dynamoClient } from '../../../lib/aws/store/client.ts';
import { openTable } from '../../../lib/aws/store/table.ts';

test('a service that takes the call and says nothing is given up', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = dynamoClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  try {
    await expect(openTable(client, 'table').get({ pk: 'p', sk: 's' })).rejects.toMatchObject({
      name: 'StorageFailed',
      message: expect.stringContaining('TimeoutError'),
    });
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
});
