import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type IManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FunctionShape } from './entry.ts';

/** What a function is made from. */
export interface EntropyFunctionProps {
  readonly shape: FunctionShape;
  readonly code: Code;
  /** Lets it send traces. */
  readonly tracing: IManagedPolicy;
  /** Told when it fails. */
  readonly alarms: ITopic;
  /** Whether its share of the account's concurrency is set aside: a new account has 10 in all. */
  readonly reserved: boolean;
}

/**
 * One function with all that goes with it: a role that starts with nothing, a log group that forgets,
 * traces, an alarm. What it may do is granted elsewhere, by name.
 */
export class EntropyFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: EntropyFunctionProps) {
    super(scope, id);
    const { shape } = props;
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: shape.description,
      managedPolicies: [props.tracing],
    });
    this.logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.logs.grantWrite(this.role);
    this.function = new LambdaFunction(this, 'Function', {
      description: shape.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      role: this.role,
      memorySize: shape.memory,
      timeout: Duration.seconds(shape.seconds),
      logGroup: this.logs,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // A line for each start, end and report of each call would cost more than the calls.
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(props.reserved ? { reservedConcurrentExecutions: shape.reserve } : {}),
    });
    // By the property itself: the construct would add a wildcard policy to each role.
    (this.function.node.defaultChild as CfnFunction).tracingConfig = { mode: 'Active' };
    this.#alarm(props.alarms);
  }

  #alarm(topic: ITopic): void {
    const alarm = new Alarm(this, 'Errors', {
      alarmDescription: `${Stack.of(this).stackName}: the function ${this.node.id} fails`,
      metric: this.function.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }
}
