import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { entranceOf, remotePublisher, remoteSettle } from '../../lib/aws/remote-publisher.ts';
import type { CommandReply } from '../../lib/services/publisher/command-reply.ts';
import { refusal, startWire, type WireAnswer } from './wire.ts';

const reply: CommandReply = {
  ...{ repository: { forge: 'github', name: 'octo/calc' }, issue: '7' },
  ...{ name: 'stop', comment: '12', by: 'maria', refusal: { why: 'nothing-to-stop' } },
};
const failed = { 'x-amz-function-error': 'Unhandled' };

async function publisherThat(answer: WireAnswer) {
  const { calls, client } = await startWire(() => answer);
  const lambda = new LambdaClient(client);
  const types: unknown[] = [];
  lambda.middlewareStack.add((next) => async (args) => {
    types.push((args.input as { InvocationType?: unknown }).InvocationType);
    return next(args);
  });
  return { calls, types, ...remotePublisher({ lambda, functionName: 'lifecycle' }) };
}

test('is told what to answer, and when to look at the queue', async () => {
  const { calls, types, reply: answer, tellQueue } = await publisherThat({ body: {} });
  await answer(reply);
  await tellQueue(3);
  const operation = 'POST /2015-03-31/functions/lifecycle/invocations';
  expect(calls).toEqual([
    { operation, body: { ...reply, step: 'AnswerCommand' } },
    { operation, body: { step: 'TellQueue', capacity: 3 } },
  ]);
  // It is waited for where a delivery's fate depends on it alone.
  expect(types).toEqual(['RequestResponse', 'Event']);
});

test.each(['ForgeFailed', 'ForgeUnavailable'])(
  'what it throws is thrown here, so that a delivery is done or waits: %s',
  async (errorType) => {
    const body = { errorType, errorMessage: 'said' };
    const { reply: answer } = await publisherThat({ headers: failed, body });
    await expect(answer(reply)).rejects.toMatchObject({ name: errorType, message: 'said' });
  },
);

test('one that breaks, or may not be asked, is told apart', async () => {
  const broken = await publisherThat({ headers: failed, body: { errorType: 'TypeError' } });
  await expect(broken.reply(reply)).rejects.toMatchObject({ name: 'ForgeUnavailable' });
  const closed = await publisherThat(refusal(403, 'AccessDeniedException', 'not you'));
  await expect(closed.tellQueue(1)).rejects.toMatchObject({
    name: 'ConfigInvalid',
    message: expect.stringContaining('the publisher lifecycle'),
  });
});

test('is told to end a run, with how its walk ended', async () => {
  const { calls, client } = await startWire(() => ({ body: {} }));
  const functionName = 'arn:aws:lambda:eu-west-1:111122223333:function:lifecycle:settling';
  const settle = remoteSettle({ lambda: new LambdaClient(client), functionName });
  const error = { Error: 'StageLost', Cause: 'nobody walks this run' };
  await settle('r-0123456789abcdef0123', { round: 1, error });
  expect(calls).toEqual([
    {
      operation: `POST /2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
      body: { step: 'Settle', run: 'r-0123456789abcdef0123', state: { error } },
    },
  ]);
});

test('a publisher that does not come to an end is waited for no longer than is said, and asked once', async () => {
  let asked = 0;
  const silent = createServer(() => {
    asked += 1;
  });
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const { port } = silent.address() as AddressInfo;
  try {
    const { client } = await startWire(() => ({ body: {} }));
    const lambda = new LambdaClient({ ...client, endpoint: `http://127.0.0.1:${port}` });
    const settle = remoteSettle({ lambda, functionName: 'lifecycle', withinMs: 1_000 });
    await expect(settle('r-1', {})).rejects.toMatchObject({
      name: 'ForgeUnavailable',
      message: expect.stringMatching(/lifecycle can't be asked/),
    });
    expect(asked).toBeLessThanOrEqual(1);
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
}, 60_000);

test('the entrance is what Lambda says it was called by', () => {
  const own = 'arn:aws:lambda:eu-west-1:111122223333:function:Entropy-local-lifecycle';
  expect(entranceOf(own)).toBeUndefined();
  expect(entranceOf(`${own}:signs`)).toBe('signs');
  expect(entranceOf(`${own}:$LATEST`)).toBe('$LATEST');
});
