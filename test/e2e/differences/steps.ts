import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import {
  CreateFunctionUrlConfigCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import {
  endOf,
  functionOf,
  machineOf,
  nameOf,
  type Probed,
  start,
  taskOf,
} from '../probe-tools.ts';
import type { Probe } from './probe.ts';

const runTask = (TaskDefinition: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::ecs:runTask.sync',
  Parameters: { TaskDefinition, LaunchType: 'FARGATE' },
  TimeoutSeconds: 60,
  End: true,
  ...more,
});
const invoke = (FunctionName: string, more: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName, Payload: {} },
  TimeoutSeconds: 60,
  End: true,
  ...more,
});
const caught = { Type: 'Pass', Result: 'caught', End: true };
/** Ends well where the error has this name, and badly otherwise. */
const catching = (name: string) => ({ Catch: [{ ErrorEquals: [name], Next: 'Caught' }] });

/** Step Functions, and what it calls. */
export const steps: Readonly<Record<string, Probe>> = {
  'sfn-failed-task': async (on) => {
    const state = runTask(await taskOf(on, 'exit 3'), catching('States.TaskFailed'));
    const machine = await machineOf(on, { First: state, Caught: caught });
    return (await endOf(on, await start(on, machine))).output === '"caught"';
  },

  'sfn-started-by': async (on) => {
    const family = await taskOf(on, 'exit 0');
    await endOf(on, await start(on, await machineOf(on, { First: runTask(family) })));
    return (await tasksOf(on, family))[0]?.startedBy === 'AWS Step Functions';
  },

  'sfn-timeout-stops-the-task': async (on) => {
    const family = await taskOf(on, 'sleep 40', { stopTimeout: 2 });
    const machine = await machineOf(on, { First: runTask(family, { TimeoutSeconds: 4 }) });
    await endOf(on, await start(on, machine));
    return isStopped(on, family);
  },

  'sfn-stop-execution-stops-the-task': async (on) => {
    const family = await taskOf(on, 'sleep 40', { stopTimeout: 2 });
    const executionArn = await start(on, await machineOf(on, { First: runTask(family) }));
    while ((await tasksOf(on, family))[0]?.lastStatus !== 'RUNNING') await sleep(200);
    await on.sfn.send(new StopExecutionCommand({ executionArn }));
    return isStopped(on, family);
  },

  'sfn-same-start-again': async (on) => {
    const stateMachineArn = await machineOf(on, {
      First: { Type: 'Wait', Seconds: 20, End: true },
    });
    const asked = { stateMachineArn, name: nameOf('same'), input: '{"a":1}' };
    const first = await on.sfn.send(new StartExecutionCommand(asked));
    const again = await on.sfn.send(new StartExecutionCommand(asked)).catch(() => undefined);
    const other = new StartExecutionCommand({ ...asked, input: '{"a":2}' });
    const refused = await on.sfn.send(other).catch((error: Error) => error.name);
    return first.executionArn === again?.executionArn && refused === 'ExecutionAlreadyExists';
  },

  'lambda-error-name': async (on) => {
    const name = await functionOf(
      on,
      "export const handler = async () => { const e = new Error('no'); e.name = 'OurError'; throw e; };",
    );
    const machine = await machineOf(on, {
      First: invoke(name, catching('OurError')),
      Caught: caught,
    });
    return (await endOf(on, await start(on, machine))).output === '"caught"';
  },

  'lambda-throttled-by-name': async (on) => {
    const name = await functionOf(on, 'export const handler = async () => 1;');
    await on.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }),
    );
    const machine = await machineOf(on, {
      First: invoke(name, catching('Lambda.TooManyRequestsException')),
      Caught: caught,
    });
    return (await endOf(on, await start(on, machine))).output === '"caught"';
  },

  'lambda-response-stream': async (on) => {
    const FunctionName = await functionOf(
      on,
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-own': 'yes' } });
        answer.write(new Uint8Array([0, 255, 128, 10]));
        answer.end('end');
      });`,
    );
    const made = await on.lambda.send(
      new CreateFunctionUrlConfigCommand({
        ...{ FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' },
      }),
    );
    const id = new URL(made.FunctionUrl ?? '').hostname.split('.')[0];
    const answer = await fetch(`${on.endpoint}/_aws/lambda-url/${id}/`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return (
      answer.status === 201 &&
      answer.headers.get('x-own') === 'yes' &&
      bytes.equals(Buffer.concat([Buffer.from([0, 255, 128, 10]), Buffer.from('end')]))
    );
  },
};

async function tasksOf({ ecs }: Probed, family: string) {
  const lists = await Promise.all(
    (['RUNNING', 'STOPPED'] as const).map((desiredStatus) =>
      ecs.send(new ListTasksCommand({ family, desiredStatus })),
    ),
  );
  const arns = lists.flatMap(({ taskArns = [] }) => taskArns);
  if (arns.length === 0) return [];
  return (await ecs.send(new DescribeTasksCommand({ tasks: arns }))).tasks ?? [];
}

/** Whether a task comes to its end within a moment. */
async function isStopped(on: Probed, family: string): Promise<boolean> {
  for (let n = 0; n < 60; n += 1) {
    const [task] = await tasksOf(on, family);
    if (task?.lastStatus === 'STOPPED') return true;
    await sleep(200);
  }
  return false;
}
