import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Executions, Walk } from '../services/watch-runs.ts';
import { serviceError } from './service-errors.ts';

/** Where runs are walked. */
export interface ExecutionOptions {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}

/**
 * Runs as executions of the state machine, by the run's id as name: a name is good for one execution
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html), so that a start that
 * is repeated starts nothing. Throws `StorageFailed` where Step Functions can't be asked now, and `ConfigInvalid`
 * where it refuses for good.
 */
export function stepFunctions({ client, stateMachineArn }: ExecutionOptions): Executions {
  return {
    start: async ({ id: name }) => {
      const input = JSON.stringify({ round: 1 });
      const started = new StartExecutionCommand({ stateMachineArn, name, input });
      await client.send(started).catch((error: unknown) => {
        if (!(error instanceof ExecutionAlreadyExists))
          throw serviceError(error, `Step Functions does not start ${name}`);
      });
    },
    walkOf: async ({ id }) => {
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;
      try {
        const found = await client.send(new DescribeExecutionCommand({ executionArn }));
        return walkIn(found.status, found.error, found.cause);
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return { state: 'absent' };
        throw serviceError(error, `Step Functions does not tell of ${id}`);
      }
    },
  };
}

/** `PENDING_REDRIVE` is an execution that ended and may be gone on with by hand; it is not ours to wait for. */
function walkIn(status: string | undefined, error?: string, cause?: string): Walk {
  if (status === 'RUNNING') return { state: 'walking' };
  if (status === 'SUCCEEDED') return { state: 'ended' };
  const named = { TIMED_OUT: 'States.Timeout', ABORTED: 'Cancelled' }[status ?? ''];
  return {
    state: 'ended',
    error: named ?? error ?? 'StageLost',
    cause: cause ?? `the execution is ${status ?? 'gone'}`,
  };
}
