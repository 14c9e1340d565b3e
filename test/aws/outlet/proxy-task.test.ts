import { ECSClient } from '@aws-sdk/client-ecs';
import { expect, test } from '@jest/globals';
import { proxyRemoval } from '../../../lib/aws/outlet/proxy-task.ts';
import { startWire } from '../wire.ts';

/** A cluster in which proxies run under these fences. */
async function cluster(...fences: readonly number[]) {
  const tasks = fences.map((fence) => ({
    taskArn: `arn:task/${fence}`,
    lastStatus: 'RUNNING',
    tags: [{ key: 'entropy-fence', value: String(fence) }],
  }));
  const { calls, client } = await startWire(({ operation }) => ({
    body: operation.endsWith('.ListTasks')
      ? { taskArns: tasks.map(({ taskArn }) => taskArn) }
      : operation.endsWith('.DescribeTasks')
        ? { tasks }
        : {},
  }));
  const stopped = () =>
    calls.filter(({ operation }) => operation.endsWith('.StopTask')).map(({ body }) => body.task);
  return { stopped, remove: proxyRemoval(new ECSClient(client), { cluster: 'arn:cluster' }) };
}

test('who knows the cluster alone stops the proxy, but for one that a later one keeps', async () => {
  const { stopped, remove } = await cluster(2, 4);
  expect(await remove(3)).toEqual({ gone: false });
  expect(stopped()).toEqual(['arn:task/2']);
});

test('where none runs it is gone', async () => {
  const { stopped, remove } = await cluster();
  expect(await remove(3)).toEqual({ gone: true });
  expect(stopped()).toEqual([]);
});
