import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { GivenUp } from '../services/intake/intake-options.ts';

/** Where what was given up is kept and told. */
export interface GivenUpPlace {
  readonly queues: SQSClient;
  readonly QueueUrl: string;
  /** Who gives up, as the metric names it. */
  readonly functionName: string;
  readonly now: () => number;
  /** Takes a line as it is: the log's own form would hide a metric from CloudWatch. */
  readonly write: (line: string) => void;
}

/**
 * Keeps deliveries that were given up in the queue of all that was, which has an alarm, and counts them as
 * `Entropy/DeliveriesGivenUp` in CloudWatch. Never throws: false where the queue does not take it.
 */
export function keepGivenUp(place: GivenUpPlace): (given: GivenUp) => Promise<boolean> {
  const { queues, QueueUrl, functionName, now, write } = place;
  return async (given) => {
    try {
      const MessageBody = JSON.stringify({ delivery: given });
      await queues.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    } catch (error) {
      const { name, message } = error as Error;
      const unkept = `${name}: ${message.slice(0, 500)}`;
      write(
        `${JSON.stringify({ level: 'ERROR', delivery: given.id, note: given.note, unkept })}\n`,
      );
      return false;
    }
    const Metrics = [{ Name: 'DeliveriesGivenUp', Unit: 'Count' }];
    const directive = { Namespace: 'Entropy', Dimensions: [['FunctionName']], Metrics };
    const metric = {
      _aws: { Timestamp: now(), CloudWatchMetrics: [directive] },
      ...{ FunctionName: functionName, DeliveriesGivenUp: 1 },
      ...{ level: 'ERROR', delivery: given.id, note: given.note },
    };
    write(`${JSON.stringify(metric)}\n`);
    return true;
  };
}
