import { ECSClient } from '@aws-sdk/client-ecs';
import { expect, test } from '@jest/globals';
import { sandboxTasks } from '../../lib/aws/sandbox-tasks.ts';
import { refusal, startWire, type WireAnswer, type WireCall } from './wire.ts';

const service = 'AmazonEC2ContainerServiceV20141113';

/** The sandboxes of a cluster that answers so. */
async function cluster(answer: (call: WireCall) => WireAnswer) {
  const { calls, client } = await startWire(answer);
  return { calls, ...sandboxTasks(new ECSClient(client), 'entropy') };
}

/** A cluster with these tasks, so many to a page. */
const clusterOf = (tasks: readonly { taskArn: string }[], pageSize = 100) =>
  cluster(({ operation, body }) => {
    if (operation === `${service}.DescribeTasks`) {
      const asked = body.tasks as string[];
      return { body: { tasks: tasks.filter(({ taskArn }) => asked.includes(taskArn)) } };
    }
    const from = Number(body.nextToken ?? 0);
    const page = tasks.slice(from, from + pageSize);
    const nextToken = from + pageSize < tasks.length ? String(from + pageSize) : undefined;
    return { body: { taskArns: page.map(({ taskArn }) => taskArn), nextToken } };
  });

const taskWith = (taskArn: string, values: Record<string, string>) => ({
  taskArn,
  overrides: {
    containerOverrides: [
      {
        name: 'sandbox',
        environment: Object.entries(values).map(([name, value]) => ({ name, value })),
      },
    ],
  },
});
const ofCoder = {
  ENTROPY_BOOT_CODE: 'code',
  ENTROPY_RUN: 'r-1',
  ENTROPY_ROLE: 'coder',
  ENTROPY_ROUND: '2',
  ENTROPY_ATTEMPT: '3',
};

test('tells what runs, and for which attempt by what it was started with', async () => {
  const { calls, running } = await clusterOf([
    taskWith('task/1', ofCoder),
    taskWith('task/2', { PATH: '/bin' }),
    { taskArn: 'task/3' },
  ]);
  expect(await running()).toEqual([
    { id: 'task/1', attempt: { run: 'r-1', role: 'coder', round: 2, attempt: 3 } },
    { id: 'task/2', attempt: undefined },
    { id: 'task/3', attempt: undefined },
  ]);
  expect(calls).toEqual([
    {
      operation: `${service}.ListTasks`,
      body: { cluster: 'entropy', desiredStatus: 'RUNNING', maxResults: 100 },
    },
    {
      operation: `${service}.DescribeTasks`,
      body: { cluster: 'entropy', tasks: ['task/1', 'task/2', 'task/3'] },
    },
  ]);
});

test('nothing runs', async () => {
  const { calls, running } = await clusterOf([]);
  expect(await running()).toEqual([]);
  expect(calls).toHaveLength(1);
});

test('looks at every page', async () => {
  const tasks = Array.from({ length: 5 }, (_, n) => taskWith(`task/${n}`, ofCoder));
  const { calls, running } = await clusterOf(tasks, 2);
  expect((await running()).map(({ id }) => id)).toEqual(tasks.map(({ taskArn }) => taskArn));
  const tokens = calls.flatMap(({ operation, body }) =>
    operation.endsWith('ListTasks') ? [body.nextToken] : [],
  );
  expect(tokens).toEqual([undefined, '2', '4']);
});

test('a task that ended between the list and the look is left out', async () => {
  const { running } = await cluster(({ operation }) =>
    operation.endsWith('ListTasks')
      ? { body: { taskArns: ['task/1'] } }
      : { body: { tasks: [], failures: [{ arn: 'task/1', reason: 'MISSING' }] } },
  );
  expect(await running()).toEqual([]);
});

test('stops a task with the reason; one that is gone by now is fine', async () => {
  const gone = refusal(400, 'InvalidParameterException', 'The referenced task was not found.');
  const answers: WireAnswer[] = [{ body: { task: {} } }, gone];
  const { calls, stop } = await cluster(() => answers.shift() ?? { status: 0 });
  await stop('task/1', 'its run is over');
  await stop('task/1', 'its run is over');
  expect(calls).toHaveLength(2);
  expect(calls[0]).toEqual({
    operation: `${service}.StopTask`,
    body: { cluster: 'entropy', task: 'task/1', reason: 'its run is over' },
  });
});

test.each([
  ['throttled', refusal(400, 'ThrottlingException', 'slower'), 'StorageFailed'],
  ['broken', refusal(500, 'ServerException', 'oh'), 'StorageFailed'],
  ['cut off', { status: 0 }, 'StorageFailed'],
  ['not allowed', refusal(400, 'AccessDeniedException', 'not you'), 'ConfigInvalid'],
  ['gone', refusal(400, 'ClusterNotFoundException', 'Cluster not found.'), 'ConfigInvalid'],
] as const)('a cluster that is %s is told by name', async (_what, answer, name) => {
  const { running, stop } = await cluster(() => answer);
  await expect(running()).rejects.toMatchObject({ name });
  await expect(stop('task/1', 'why')).rejects.toMatchObject({ name });
});
