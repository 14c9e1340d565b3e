import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { eventsSince, groupsOf } from '../../localstack/log-groups.ts';

test('groups and their events are read in order; a refusal is told', async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']);
    request.setEncoding('utf8').on('data', (body: string) => {
      asked.push([action, JSON.parse(body)]);
      if (action.endsWith('DescribeLogGroups')) {
        response.end(JSON.stringify({ logGroups: [{ logGroupName: '/aws/x' }] }));
      } else if (body.includes('/aws/x')) {
        const events = [2, 1].map((timestamp) => ({ timestamp, message: `m${timestamp}` }));
        response.end(JSON.stringify({ events }));
      } else response.writeHead(400).end('no such group');
    });
  });
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect(await groupsOf(endpoint)).toEqual(['/aws/x']);
    const events = await eventsSince(endpoint, '/aws/x', 1);
    expect(events.map(({ message }) => message)).toEqual(['m1', 'm2']);
    expect(asked.at(-1)).toEqual([
      'Logs_20140328.FilterLogEvents',
      { logGroupName: '/aws/x', startTime: 1 },
    ]);
    await expect(eventsSince(endpoint, '/aws/y', 0)).rejects.toThrow(/400 no such group/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
