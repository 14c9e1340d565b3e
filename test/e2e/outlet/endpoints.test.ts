import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { expect, test } from '@jest/globals';
import { type EndpointPlace, interfaceEndpoints } from '../../../lib/aws/outlet/endpoints.ts';
import { fenceTag } from '../../../lib/aws/outlet/fence-tag.ts';

const client = new EC2Client({});

async function placeOf(): Promise<EndpointPlace> {
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const VpcId = Vpc?.VpcId ?? '';
  const made = { VpcId, CidrBlock: '10.9.1.0/24' };
  const { Subnet } = await client.send(new CreateSubnetCommand(made));
  const { GroupId = '' } = await client.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: 'endpoints', Description: 'endpoints' }),
  );
  const region = process.env.AWS_REGION ?? '';
  const subnet = Subnet?.SubnetId ?? '';
  return { deployment: 'outlet', region, vpc: VpcId, subnet, securityGroup: GroupId };
}

/** What stands in the network: service and fence of each endpoint. */
async function standing({ vpc }: EndpointPlace): Promise<string[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  const { VpcEndpoints = [] } = await client.send(new DescribeVpcEndpointsCommand({ Filters }));
  return VpcEndpoints.filter(({ State }) => !/delet/i.test(State ?? ''))
    .map(({ ServiceName, Tags = [] }) => {
      const fence = Tags.find(({ Key }) => Key === fenceTag)?.Value;
      return `${ServiceName?.split('.').slice(3).join('.')} ${fence}`;
    })
    .sort();
}

test('endpoints are made one by one and once, kept by a later fence, and removed by none that is earlier', async () => {
  const place = await placeOf();
  const endpoints = interfaceEndpoints(client, place);
  for (let n = 0; n < 20 && !(await endpoints.make(1)).there; n += 1);
  expect(await standing(place)).toEqual(['ecr.api 1', 'ecr.dkr 1', 'logs 1']);
  expect(await endpoints.make(2)).toEqual({ there: true });
  expect(await standing(place)).toEqual(['ecr.api 2', 'ecr.dkr 2', 'logs 2']);
  expect(await endpoints.remove(1)).toEqual({ gone: true });
  expect(await standing(place)).toHaveLength(3);
  for (let n = 0; n < 20 && !(await endpoints.remove(2)).gone; n += 1);
  expect(await standing(place)).toEqual([]);
  expect(await endpoints.remove(2)).toEqual({ gone: true });
});
