import {
  DescribeTasksCommand,
  type ECSClient,
  InvalidParameterException,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { RoleName, StageAttempt } from '../domain/stage.ts';
import type { SandboxFleet } from '../services/stop-orphans.ts';
import { serviceError } from './service-errors.ts';

/** As many as DescribeTasks takes (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html). */
const pageSize = 100;
/** Pages looked at in one go. */
const mostPages = 100;

/**
 * The sandboxes of a cluster, by the overrides they were started with. Throws `StorageFailed` where ECS can't be
 * asked now, and `ConfigInvalid` where it refuses for good.
 */
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

/** ECS forgets a task within the hour that it ended in. */
function ignoreGone(error: unknown): void {
  const gone = error instanceof InvalidParameterException && /not found/i.test(error.message);
  if (!gone) throw serviceError(error, 'ECS does not stop a task');
}

async function translated<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw serviceError(error, 'ECS does not tell of its tasks');
  });
}
