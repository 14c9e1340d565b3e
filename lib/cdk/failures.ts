import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Who is told. */
export interface FailuresProps {
  /** Gets a mail for each alarm, once it has confirmed; without one the topic waits for subscribers. */
  readonly email: string | undefined;
}

/** Where what failed is kept and told: one queue for all that was given up, one topic for all alarms. */
export class Failures extends Construct {
  readonly alarms: Topic;
  /** Stream records and scheduled calls that were tried to the end; nothing reads it but a person. */
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { email }: FailuresProps) {
    super(scope, id);
    this.alarms = new Topic(this, 'Alarms', { enforceSSL: true });
    this.#letPublish();
    if (email !== undefined) this.alarms.addSubscription(new EmailSubscription(email));
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(
      this.queue,
      'AwsSolutions-SQS3',
      'It is where streams, schedules and rules put what they gave up; nothing takes from it but a person',
    );
    const alarm = new Alarm(this, 'GivenUp', {
      alarmDescription: `${Stack.of(this).stackName}: a record or a call was given up`,
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.alarms));
  }

  /** A topic with a policy of its own has lost the default one, by which alarms may publish. */
  #letPublish(): void {
    for (const service of ['cloudwatch', 'budgets']) {
      this.alarms.addToResourcePolicy(
        new PolicyStatement({
          sid: `Lets${service}`,
          principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
          actions: ['sns:Publish'],
          resources: [this.alarms.topicArn],
          conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
        }),
      );
    }
  }
}
