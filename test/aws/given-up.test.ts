import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { keepGivenUp } from '../../lib/aws/given-up.ts';
import { refusal, startWire, type WireAnswer } from './wire.ts';

const given = {
  ...{ id: 'd-1', event: 'issue_comment', receivedAt: 7, note: 'given up after 1440 minutes: x' },
  intent: { kind: 'comment', repository: 'octo/calc', issue: 7, comment: 12, sender: 'maria' },
};

async function keeping(answer: WireAnswer) {
  const { calls, client } = await startWire(() => answer);
  const lines: string[] = [];
  const QueueUrl = 'https://sqs.eu-west-1.amazonaws.com/111122223333/failures';
  const queues = new SQSClient({ ...client, md5: false });
  const place = { queues, QueueUrl, functionName: 'dispatch', now: () => 9 };
  const kept = await keepGivenUp({ ...place, write: (line) => lines.push(line) })(given);
  return { kept, calls, lines: lines.map((line) => JSON.parse(line)) };
}

test('a delivery that was given up is kept in the queue, and counted', async () => {
  const { kept, calls, lines } = await keeping({ body: { MessageId: 'm' } });
  expect(kept).toBe(true);
  const [{ body }] = calls as unknown as [{ body: { MessageBody: string } }];
  expect(JSON.parse(body.MessageBody)).toEqual({ delivery: given });
  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: 9,
        CloudWatchMetrics: [
          {
            Namespace: 'Entropy',
            Dimensions: [['FunctionName']],
            Metrics: [{ Name: 'DeliveriesGivenUp', Unit: 'Count' }],
          },
        ],
      },
      ...{ FunctionName: 'dispatch', DeliveriesGivenUp: 1 },
      ...{ level: 'ERROR', delivery: 'd-1', note: given.note },
    },
  ]);
});

test('where the queue does not take it, that is told and it counts as nothing', async () => {
  const { kept, lines } = await keeping(refusal(403, 'AccessDeniedException', 'not you'));
  expect(kept).toBe(false);
  expect(lines).toEqual([expect.objectContaining({ delivery: 'd-1', unkept: expect.any(String) })]);
  expect(lines[0]).not.toHaveProperty('_aws');
});
