import { EC2Client } from '@aws-sdk/client-ec2';
import { expect, test } from '@jest/globals';
import { endpointRemoval } from '../../../lib/aws/outlet/endpoints.ts';
import { startWire } from '../wire.ts';

const item = (id: string, state: string, fence: number) =>
  `<item><vpcEndpointId>${id}</vpcEndpointId><state>${state}</state><tagSet><item><key>entropy-fence</key><value>${fence}</value></item></tagSet></item>`;

/** A network in which these endpoints stand. */
async function network(...items: readonly string[]) {
  const { calls, client } = await startWire(({ body }) => ({
    headers: { 'content-type': 'text/xml' },
    body:
      body.Action === 'DescribeVpcEndpoints'
        ? `<DescribeVpcEndpointsResponse><vpcEndpointSet>${items.join('')}</vpcEndpointSet></DescribeVpcEndpointsResponse>`
        : '<DeleteVpcEndpointsResponse><unsuccessful/></DeleteVpcEndpointsResponse>',
  }));
  return { calls, remove: endpointRemoval(new EC2Client(client), { vpc: 'vpc-1' }) };
}

test('who knows the network alone removes what stands in it, but for what a later one keeps', async () => {
  const there = [item('vpce-1', 'available', 2), item('vpce-2', 'deleting', 2)];
  const { calls, remove } = await network(...there, item('vpce-3', 'available', 4));
  expect(await remove(3)).toEqual({ gone: false });
  const [looked, deleted, ...more] = calls.map(({ body }) => body);
  expect(looked).toMatchObject({
    'Filter.1.Name': 'vpc-id',
    'Filter.1.Value.1': 'vpc-1',
    'Filter.2.Value.1': 'entropy-fence',
  });
  expect(deleted).toMatchObject({ Action: 'DeleteVpcEndpoints', 'VpcEndpointId.1': 'vpce-1' });
  expect(deleted).not.toHaveProperty(['VpcEndpointId.2']);
  expect(more).toEqual([]);
});

test('what is deleted is gone', async () => {
  const { calls, remove } = await network(item('vpce-1', 'deleted', 2));
  expect(await remove(3)).toEqual({ gone: true });
  expect(calls).toHaveLength(1);
});
