import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type ContainerDefinition,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { KMSClient } from '@aws-sdk/client-kms';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { bridgeAddress } from '../../localstack/docker.ts';
import { credentials, type Emulator, startEmulator } from '../../localstack/emulator.ts';
import { freePort } from '../../localstack/free-port.ts';
import { zipOf } from './zip.ts';

const role = 'arn:aws:iam::000000000000:role/probe';
const baseImage = 'node:24-bookworm-slim';

/** An emulator of a probe's own, with and without what we put right, and clients of it. */
export type Probed = Awaited<ReturnType<typeof probed>>;

export async function probed(patched: boolean, keep = false) {
  const folder = mkdtempSync(join(tmpdir(), 'entropy-probe-'));
  const python = process.env.ENTROPY_E2E_PYTHON ?? 'python3';
  const bridge = await bridgeAddress();
  const options = { python, folder, port: await freePort(), auth: false, patched, bridge, keep };
  let emulator: Emulator = await startEmulator(options);
  const config = {
    ...{ endpoint: emulator.endpoint, region: 'us-east-1', credentials },
    maxAttempts: 1,
  };
  const clients = {
    ecs: new ECSClient(config),
    sfn: new SFNClient(config),
    lambda: new LambdaClient(config),
    kms: new KMSClient(config),
    dynamo: new DynamoDBClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  };
  return {
    ...emulator,
    ...clients,
    patched,
    bridge,
    /** Ends it and starts it again with what it had. */
    async restart() {
      await emulator.stop();
      emulator = await startEmulator(options);
    },
    async close() {
      for (const client of Object.values(clients)) client.destroy();
      await emulator.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Name that no other probe has. */
export const nameOf = (what: string): string => `${what}-${crypto.randomUUID().slice(0, 8)}`;

/** Registers a task of one container that runs a shell script. */
export async function taskOf(
  { ecs }: Probed,
  script: string,
  container: Partial<ContainerDefinition> = {},
  task: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<string> {
  const family = nameOf('probe');
  const definition: ContainerDefinition = {
    ...{ name: 'sandbox', image: baseImage, essential: true },
    command: ['sh', '-c', script],
    ...container,
  };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, networkMode: 'awsvpc', cpu: '256', memory: '512' },
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [definition],
      ...task,
    }),
  );
  return family;
}

/** Starts a task and gives its ARN. */
export async function startTask({ ecs }: Probed, taskDefinition: string): Promise<string> {
  const { tasks = [] } = await ecs.send(
    new RunTaskCommand({ taskDefinition, launchType: 'FARGATE' }),
  );
  return tasks[0]?.taskArn ?? '';
}

/** Waits for a task to get to a state. */
export async function taskAt({ ecs }: Probed, arn: string, state: string): Promise<Task> {
  for (let n = 0; n < 600; n += 1) {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: [arn] }));
    const [task] = tasks;
    if (task?.lastStatus === state) return task;
    if (task?.lastStatus === 'STOPPED') throw new Error(`stopped: ${task.stoppedReason}`);
    await sleep(100);
  }
  throw new Error(`the task never was ${state}`);
}

/** Exit code of a task's container. */
export async function exitOf(
  on: Probed,
  script: string,
  container: Partial<ContainerDefinition> = {},
  task: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<number | undefined> {
  const arn = await startTask(on, await taskOf(on, script, container, task));
  return (await taskAt(on, arn, 'STOPPED')).containers?.[0]?.exitCode;
}

/** Makes a function of Node from one module's text; gives its name. */
export async function functionOf(
  { lambda }: Probed,
  source: string,
  Variables: Record<string, string> = {},
): Promise<string> {
  const FunctionName = nameOf('probe');
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      ...{ Role: role, Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 30 },
      Code: { ZipFile: zipOf('index.mjs', source) },
      Environment: { Variables },
    }),
  );
  return FunctionName;
}

/** Makes a state machine of one state. */
export async function machineOf({ sfn }: Probed, states: object): Promise<string> {
  const made = await sfn.send(
    new CreateStateMachineCommand({
      name: nameOf('probe'),
      roleArn: role,
      definition: JSON.stringify({ StartAt: 'First', States: states }),
    }),
  );
  return made.stateMachineArn ?? '';
}

/** Starts an execution and gives its ARN. */
export async function start({ sfn }: Probed, stateMachineArn: string): Promise<string> {
  const started = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }));
  return started.executionArn ?? '';
}

/** Waits for an execution's end. */
export async function endOf(
  { sfn }: Probed,
  executionArn: string,
): Promise<DescribeExecutionCommandOutput> {
  for (let n = 0; n < 600; n += 1) {
    const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (found.status !== 'RUNNING') return found;
    await sleep(100);
  }
  throw new Error('the execution does not end');
}

/** Makes a stack of the resources and gives how that ended. */
export async function stackOf({ endpoint }: Probed, resources: object): Promise<string> {
  const StackName = nameOf('probe');
  const call = async (parameters: Record<string, string>) => {
    const signed =
      'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request';
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `${signed}, SignedHeaders=host, Signature=none` },
      body: new URLSearchParams({ Version: '2010-05-15', StackName, ...parameters }),
    });
    return answer.text();
  };
  const template = JSON.stringify({ Resources: resources });
  const made = await call({ Action: 'CreateStack', TemplateBody: template });
  if (made.includes('<Error>')) return made;
  for (let n = 0; n < 100; n += 1) {
    const found = await call({ Action: 'DescribeStacks' });
    const status = /<StackStatus>(\w+)</.exec(found)?.[1] ?? '';
    if (status !== '' && !status.endsWith('_IN_PROGRESS')) return status;
    await sleep(100);
  }
  return 'never ended';
}
