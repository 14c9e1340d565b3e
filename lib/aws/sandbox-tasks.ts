import {
  DescribeTasksCommand,
  type ECSClient,
  ECSServiceException,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { StorageFailed } from '../domain/errors.ts';
import type { RoleName, StageAttempt } from '../domain/stage.ts';
import type { SandboxFleet } from '../services/stop-orphans.ts';

/** As many as DescribeTasks takes (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html). */
const pageSize = 100;
/** Pages looked at in one go. */
const mostPages = 100;

/** The sandboxes of a cluster, by the overrides they were started with. Throws `StorageFailed`. */
export function sandboxTasks(client: ECSClient, cluster: string): SandboxFleet {
  return {
    running: async () => {
      const found: Task[] = [];
      let nextToken: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const asked = { cluster, desiredStatus: 'RUNNING', maxResults: pageSize } as const;
        const listed = await translated(
          client.send(new ListTasksCommand({ ...asked, ...(nextToken ? { nextToken } : {}) })),
        );
        const tasks = listed.taskArns ?? [];
        if (tasks.length > 0) {
          const told = await translated(client.send(new DescribeTasksCommand({ cluster, tasks })));
          found.push(...(told.tasks ?? []));
        }
        nextToken = listed.nextToken;
        if (!nextToken) break;
      }
      return found.map((task) => ({ id: task.taskArn ?? '', attempt: attemptOf(task) }));
    },
    stop: async (task, reason) => {
      await client
        .send(new StopTaskCommand({ cluster, task, reason }))
        .catch((error: unknown) => ignoreGone(error));
    },
  };
}

function attemptOf({ overrides }: Task): StageAttempt | undefined {
  const environment = overrides?.containerOverrides?.flatMap((one) => one.environment ?? []) ?? [];
  const value = (name: string) => environment.find((one) => one.name === name)?.value;
  const run = value('ENTROPY_RUN');
  if (run === undefined) return undefined;
  return {
    run,
    role: value('ENTROPY_ROLE') as RoleName,
    round: Number(value('ENTROPY_ROUND')),
    attempt: Number(value('ENTROPY_ATTEMPT')),
  };
}

function ignoreGone(error: unknown): void {
  const gone = error instanceof ECSServiceException && /not found|MISSING/i.test(error.message);
  if (!gone) throw asDomain(error);
}

async function translated<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw asDomain(error);
  });
}

function asDomain(error: unknown): Error {
  if (!(error instanceof ECSServiceException)) return error as Error;
  return new StorageFailed(`ECS: ${error.name}: ${error.message}`, { cause: error });
}
