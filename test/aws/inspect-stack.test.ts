import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { inspectGivenUp } from '../../lib/aws/inspect-failures.ts';
import { inspectSetUp, inspectStack } from '../../lib/aws/inspect-stack.ts';
import { refusal, startWire } from './wire.ts';

const stack = (status: string, appId = 'none') => ({
  ...{ name: 'Entropy-entropy', id: 'arn:stack/1', isProtected: true },
  status: status as 'CREATE_COMPLETE',
  outputs: new Map([['AppId', appId]]),
});

test.each([
  ['CREATE_COMPLETE', 'ok'],
  ['UPDATE_COMPLETE', 'ok'],
  ['UPDATE_ROLLBACK_COMPLETE', 'warning'],
  ['UPDATE_IN_PROGRESS', 'warning'],
  ['UPDATE_ROLLBACK_FAILED', 'error'],
  ['DELETE_FAILED', 'error'],
])('a stack that is %s: %s', (status, state) => {
  expect(inspectStack(stack(status)).state).toBe(state);
});

describe('the App', () => {
  const app = {
    id: 12,
    slug: 'agents',
    url: 'https://github.com/apps/agents',
    apiUrl: '',
    keyed: true,
  };
  const found = (known: string, record?: typeof app) =>
    inspectSetUp(stack('CREATE_COMPLETE', known), record);

  test('stands well where its key is here and the functions know it, also where it was set up by hand', () => {
    expect(found('12', app).state).toBe('ok');
    expect(found('12').state).toBe('ok');
  });

  test('that is not there, has no key, or is unknown to the functions: what to do is said', () => {
    expect(found('none')).toMatchObject({ state: 'error', fix: expect.stringMatching(/init/) });
    const keyless = found('12', { ...app, keyed: false });
    expect(keyless).toMatchObject({ state: 'error', detail: expect.stringMatching(/no key/) });
    expect(found('none', app)).toMatchObject({ fix: expect.stringMatching(/deploy/) });
  });
});

test('what was given up is counted, and a right that is missing is named', async () => {
  const answers = [
    { body: { Attributes: { ApproximateNumberOfMessages: '0' } } },
    { body: { Attributes: { ApproximateNumberOfMessages: '3' } } },
    refusal(403, 'AccessDenied', 'no'),
  ];
  const { client } = await startWire(() => answers.shift() ?? {});
  const queues = new SQSClient({ ...client, maxAttempts: 1 });
  const look = () => inspectGivenUp(queues, `${client.endpoint}/1/failures`);
  expect(await look()).toMatchObject({ state: 'ok' });
  expect(await look()).toMatchObject({ state: 'warning', detail: '3 records or calls' });
  expect(await look()).toMatchObject({ fix: expect.stringMatching(/sqs:GetQueueAttributes/) });
});
