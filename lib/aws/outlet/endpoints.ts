import {
  CreateTagsCommand,
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type Tag,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { StorageFailed } from '../../domain/errors.ts';
import { serviceError } from '../service-errors.ts';
import { type Fenced, fenceTag } from './fence-tag.ts';

/** Where interface endpoints stand. */
export interface EndpointPlace {
  /** Name of the deployment. */
  readonly deployment: string;
  readonly region: string;
  readonly vpc: string;
  /** One zone is enough: what stands in another reaches it, and each zone costs as much again. */
  readonly subnet: string;
  readonly securityGroup: string;
}

/** What the platform needs to pull an image and to write its log; layers come by S3, for nothing. */
const services = ['ecr.api', 'ecr.dkr', 'logs'] as const;
/** An endpoint in these states is no more, or was never made. */
const over = ['deleted', 'rejected', 'failed', 'expired'];

/** The endpoints by which sandboxes of tier `proxied` start. Throws `StorageFailed`, `ConfigInvalid`. */
export function interfaceEndpoints(client: EC2Client, place: EndpointPlace): Fenced {
  return {
    make: async (fence) => {
      const found = await find(client, place);
      // Two of one service with private names can't stand beside one another.
      if (found.some(isGoing)) return { there: false };
      await mark(client, found, fence);
      const missing = services.find(
        (name) => !found.some(({ ServiceName = '' }) => ServiceName.endsWith(`.${name}`)),
      );
      if (missing !== undefined) await create(client, place, missing, fence);
      const all = found.every(({ State }) => isIn(State, 'available'));
      return { there: missing === undefined && all };
    },
    remove: endpointRemoval(client, place),
  };
}

/** Removes them, wherever in the network they stand. Throws `StorageFailed`, `ConfigInvalid`. */
export function endpointRemoval(
  client: EC2Client,
  place: Pick<EndpointPlace, 'vpc'>,
): Fenced['remove'] {
  return async (fence) => {
    const own = (await find(client, place)).filter(({ Tags }) => fenceIn(Tags) <= fence);
    const VpcEndpointIds = own.filter((one) => !isGoing(one)).map(idOf);
    if (VpcEndpointIds.length > 0) {
      const deleted = client.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds }));
      const { Unsuccessful = [] } = await told(deleted);
      const fault = Unsuccessful.find(({ Error: error }) => !/NotFound/.test(error?.Code ?? ''));
      if (fault !== undefined)
        throw new StorageFailed(`EC2 does not delete an endpoint: ${fault.Error?.Code}`);
    }
    return { gone: own.length === 0 };
  };
}

async function find(client: EC2Client, { vpc }: Pick<EndpointPlace, 'vpc'>) {
  const Filters = [
    { Name: 'vpc-id', Values: [vpc] },
    { Name: 'tag-key', Values: [fenceTag] },
  ];
  const { VpcEndpoints = [] } = await told(
    client.send(new DescribeVpcEndpointsCommand({ Filters })),
  );
  return VpcEndpoints.filter(({ State }) => !isIn(State, ...over));
}

async function mark(
  client: EC2Client,
  found: readonly VpcEndpoint[],
  fence: number,
): Promise<void> {
  const Resources = found.filter(({ Tags }) => fenceIn(Tags) < fence).map(idOf);
  if (Resources.length === 0) return;
  const Tags = [{ Key: fenceTag, Value: String(fence) }];
  await told(client.send(new CreateTagsCommand({ Resources, Tags })));
}

async function create(
  client: EC2Client,
  place: EndpointPlace,
  name: string,
  fence: number,
): Promise<void> {
  const Tags = [
    { Key: 'entropy', Value: place.deployment },
    { Key: fenceTag, Value: String(fence) },
  ];
  const made = new CreateVpcEndpointCommand({
    VpcEndpointType: 'Interface',
    ServiceName: `com.amazonaws.${place.region}.${name}`,
    VpcId: place.vpc,
    SubnetIds: [place.subnet],
    SecurityGroupIds: [place.securityGroup],
    PrivateDnsEnabled: true,
    // Asked again under the same fence, where the answer was lost, it is the same one.
    ClientToken: `${place.deployment}-${name}-${fence}`,
    TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags }],
  });
  await told(client.send(made));
}

const idOf = ({ VpcEndpointId = '' }: VpcEndpoint) => VpcEndpointId;
const isGoing = ({ State }: VpcEndpoint) => isIn(State, 'deleting');

/** The service itself spells states in lower case, the SDK's types do not. */
function isIn(state: string | undefined, ...states: readonly string[]): boolean {
  return states.includes(state?.toLowerCase() ?? '');
}

function fenceIn(tags: readonly Tag[] = []): number {
  return Number(tags.find(({ Key }) => Key === fenceTag)?.Value ?? 0);
}

async function told<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw serviceError(error, 'EC2 does not keep the endpoints');
  });
}
