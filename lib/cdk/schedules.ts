import { Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { EntropyFunction } from './function.ts';

/** What is called without anybody calling. */
export interface SchedulesProps {
  readonly sweep: EntropyFunction;
  readonly dispatch: EntropyFunction;
  /** Whole minutes between two calls of each. */
  readonly minutes: { readonly sweep: number; readonly dispatch: number };
  readonly stateMachine: CfnStateMachine;
  readonly failures: IQueue;
}

/** The clock's calls, so that nothing that was lost stays so; and the call when a run's walk ended otherwise. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    const role = this.#role(props);
    for (const name of ['sweep', 'dispatch'] as const) {
      const target = props[name].function.functionArn;
      new CfnSchedule(this, name === 'sweep' ? 'Sweep' : 'Dispatch', {
        scheduleExpression: rate(props.minutes[name]),
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: target,
          roleArn: role.roleArn,
          // The next call is soon: an old one is worth nothing.
          retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 120 },
          deadLetterConfig: { arn: props.failures.queueArn },
        },
      });
    }
    this.#onEnd(props);
  }

  #role({ sweep, dispatch, failures }: SchedulesProps): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'Calls sweep and dispatch by the clock',
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [sweep, dispatch].map((each) => each.function.functionArn),
      }),
    );
    role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
    );
    return role;
  }

  /** An execution that was stopped, timed out or failed has settled nothing: the sweep does it at once. */
  #onEnd({ stateMachine, sweep, failures }: SchedulesProps): void {
    new Rule(this, 'EndedOtherwise', {
      description: 'A run whose walk ended otherwise than by its own steps',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [stateMachine.attrArn],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [
        new LambdaFunction(sweep.function, { deadLetterQueue: failures, retryAttempts: 2 }),
      ],
    });
  }
}

/** One minute is "1 minute", all else is "N minutes", and nothing else is taken. */
function rate(minutes: number): string {
  return `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`;
}
