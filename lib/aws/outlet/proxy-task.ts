import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { StorageFailed } from '../../domain/errors.ts';
import { serviceError } from '../service-errors.ts';
import { type Fenced, fenceTag } from './fence-tag.ts';

/** Where the proxy runs: a cluster of its own, so that nobody takes it for a sandbox that is left over. */
export interface ProxyPlace {
  readonly deployment: string;
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly subnet: string;
  readonly securityGroup: string;
  readonly port: number;
}

/** The task that lets sandboxes of tier `proxied` reach listed hosts. Throws `StorageFailed`, `ConfigInvalid`. */
export function proxyTask(client: ECSClient, place: ProxyPlace): Fenced {
  return {
    make: async (fence) => {
      const [task, ...more] = await find(client, place);
      // Two were started where nobody had listed the first yet.
      for (const one of more) await stop(client, place, one);
      if (task === undefined) {
        await start(client, place, fence);
        return { there: false };
      }
      if (fenceIn(task) < fence) await mark(client, task, fence);
      const ip = addressOf(task);
      const there = task.lastStatus === 'RUNNING' && ip !== undefined;
      return there ? { there, address: `http://${ip}:${place.port}` } : { there };
    },
    remove: proxyRemoval(client, place),
  };
}

type InCluster = Pick<ProxyPlace, 'cluster'>;

/** Stops it. Throws `StorageFailed`, `ConfigInvalid`. */
export function proxyRemoval(client: ECSClient, place: InCluster): Fenced['remove'] {
  return async (fence) => {
    const own = (await find(client, place)).filter((task) => fenceIn(task) <= fence);
    for (const task of own) await stop(client, place, task);
    return { gone: own.length === 0 };
  };
}

async function find(client: ECSClient, { cluster }: InCluster): Promise<Task[]> {
  const listed = new ListTasksCommand({ cluster, desiredStatus: 'RUNNING' });
  const { taskArns: tasks = [] } = await told(client.send(listed));
  if (tasks.length === 0) return [];
  const described = new DescribeTasksCommand({ cluster, tasks, include: ['TAGS'] });
  return (await told(client.send(described))).tasks ?? [];
}

async function stop(client: ECSClient, { cluster }: InCluster, { taskArn: task }: Task) {
  const reason = 'no run needs the proxy';
  await told(client.send(new StopTaskCommand({ cluster, task, reason })));
}

async function start(client: ECSClient, place: ProxyPlace, fence: number): Promise<void> {
  const run = new RunTaskCommand({
    cluster: place.cluster,
    taskDefinition: place.taskDefinition,
    launchType: 'FARGATE',
    clientToken: `${place.deployment}-proxy-${fence}`,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [place.subnet],
        securityGroups: [place.securityGroup],
        assignPublicIp: 'ENABLED',
      },
    },
    tags: [
      { key: 'entropy', value: place.deployment },
      { key: fenceTag, value: String(fence) },
    ],
  });
  const { failures = [] } = await told(client.send(run));
  if (failures.length === 0) return;
  throw new StorageFailed(`ECS does not start the proxy: ${failures[0]?.reason}`);
}

async function mark(client: ECSClient, { taskArn }: Task, fence: number): Promise<void> {
  const tags = [{ key: fenceTag, value: String(fence) }];
  await told(client.send(new TagResourceCommand({ resourceArn: taskArn, tags })));
}

function fenceIn({ tags = [] }: Task): number {
  return Number(tags.find(({ key }) => key === fenceTag)?.value ?? 0);
}

function addressOf({ attachments = [] }: Task): string | undefined {
  const details = attachments.flatMap((one) => one.details ?? []);
  return details.find(({ name }) => name === 'privateIPv4Address')?.value;
}

async function told<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw serviceError(error, 'ECS does not keep the proxy');
  });
}
