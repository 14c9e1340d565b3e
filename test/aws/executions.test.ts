import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import { stepFunctions } from '../../lib/aws/executions.ts';
import { refusal, startWire, type WireAnswer, type WireCall } from './wire.ts';

const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:entropy';
const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:entropy:r-1';
const run = { id: 'r-1' };

/** Step Functions that answers so. */
async function machine(answer: (call: WireCall) => WireAnswer) {
  const { calls, client } = await startWire(answer);
  return { calls, ...stepFunctions({ client: new SFNClient(client), stateMachineArn }) };
}
const told = (status: string, rest: object = {}) =>
  machine(() => ({ body: { status, startDate: 0, ...rest } }));

test('a run is started once under its own name, and asked again stays as it is', async () => {
  const names = new Set<unknown>();
  const { calls, start } = await machine(({ body }) => {
    if (names.has(body.name)) return refusal(400, 'ExecutionAlreadyExists', 'there is one');
    names.add(body.name);
    return { body: { executionArn, startDate: 0 } };
  });
  await start(run);
  await start(run);
  expect(calls).toHaveLength(2);
  expect(calls[0]).toEqual({
    operation: 'AWSStepFunctions.StartExecution',
    body: { stateMachineArn, name: 'r-1', input: '{"round":1}' },
  });
});

test.each([
  ['throttled', refusal(400, 'ThrottlingException', 'slower'), 'StorageFailed'],
  ['too many', refusal(400, 'ExecutionLimitExceeded', 'too many'), 'StorageFailed'],
  ['broken', refusal(500, 'InternalFailure', 'oh'), 'StorageFailed'],
  ['cut off', { status: 0 }, 'StorageFailed'],
  ['not allowed', refusal(400, 'AccessDeniedException', 'not you'), 'ConfigInvalid'],
  ['not there', refusal(400, 'StateMachineDoesNotExist', 'no machine'), 'ConfigInvalid'],
] as const)('a service that is %s is told by name', async (_what, answer, name) => {
  const { start, walkOf } = await machine(() => answer);
  await expect(start(run)).rejects.toMatchObject({ name, message: expect.stringContaining('r-1') });
  await expect(walkOf(run)).rejects.toMatchObject({ name });
});

test('a run that is walked is found by its name', async () => {
  const { calls, walkOf } = await told('RUNNING');
  expect(await walkOf(run)).toEqual({ state: 'walking' });
  expect(calls).toEqual([
    { operation: 'AWSStepFunctions.DescribeExecution', body: { executionArn } },
  ]);
});

test('one that was never started is absent', async () => {
  const { walkOf } = await machine(() => refusal(400, 'ExecutionDoesNotExist', 'no such'));
  expect(await walkOf(run)).toEqual({ state: 'absent' });
});

test.each([
  ['SUCCEEDED', {}, {}],
  [
    'FAILED',
    { error: 'Unsettled', cause: 'the run ended' },
    { error: 'Unsettled', cause: 'the run ended' },
  ],
  ['FAILED', {}, { error: 'StageLost', cause: 'the execution is FAILED' }],
  ['TIMED_OUT', {}, { error: 'States.Timeout', cause: 'the execution is TIMED_OUT' }],
  ['ABORTED', {}, { error: 'Cancelled', cause: 'the execution is ABORTED' }],
  ['ABORTED', { error: 'Mine', cause: 'by ada' }, { error: 'Cancelled', cause: 'by ada' }],
  ['PENDING_REDRIVE', {}, { error: 'StageLost', cause: 'the execution is PENDING_REDRIVE' }],
])('%s %j is an end', async (status, rest, end) => {
  const { walkOf } = await told(status, rest);
  expect(await walkOf(run)).toEqual({ state: 'ended', ...end });
});
