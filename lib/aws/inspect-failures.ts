import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';
import { unseen } from './inspect-quotas.ts';

/** What was given up: stream records and calls that were tried to the end. Never throws. */
export async function inspectGivenUp(queues: SQSClient, QueueUrl: string): Promise<Finding> {
  const name = 'given up';
  try {
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames });
    const { Attributes = {} } = await queues.send(asked);
    const count = Number(Attributes.ApproximateNumberOfMessages ?? 0);
    if (count === 0) return good(name, 'nothing');
    const fix = `look at ${QueueUrl}: what each record told is still in the table; purge it when the cause is mended`;
    return doubtful(name, `${count} records or calls`, fix);
  } catch (error) {
    return unseen(name, error, 'sqs:GetQueueAttributes');
  }
}

/** The stack's alarms, by the start of their names. Never throws. */
export async function inspectAlarms(alarms: CloudWatchClient, stack: string): Promise<Finding> {
  const name = 'alarms';
  try {
    const asked = { AlarmNamePrefix: `${stack}-`, MaxRecords: 100 };
    const { MetricAlarms = [] } = await alarms.send(new DescribeAlarmsCommand(asked));
    const ringing = MetricAlarms.filter(({ StateValue }) => StateValue === 'ALARM');
    if (MetricAlarms.length === 0) {
      return doubtful(name, 'there are none', '"entropy deploy" makes them');
    }
    if (ringing.length === 0) return good(name, `${MetricAlarms.length}, none rings`);
    const list = ringing.map(({ AlarmDescription, AlarmName }) => AlarmDescription ?? AlarmName);
    return wrong(name, list.join('; '), 'look at the logs of what is named');
  } catch (error) {
    return unseen(name, error, 'cloudwatch:DescribeAlarms');
  }
}
