import { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { remoteMinter } from '../../lib/aws/remote-minter.ts';
import { refusal, startWire, type WireAnswer } from './wire.ts';

const request = { repository: 'octo/calc', permissions: { issues: 'read' } } as const;
const failed = { 'x-amz-function-error': 'Unhandled' };

/** A minter whose function answers like this, again and again. */
async function minterThat(answer: WireAnswer) {
  const { calls, client } = await startWire(() => answer);
  const ended: string[] = [];
  const endToken = async (token: string) => void ended.push(token);
  const lambda = new LambdaClient(client);
  return { calls, ended, mint: remoteMinter({ lambda, functionName: 'mint-read', endToken }) };
}

test('gives the token of the function, which is ended by itself', async () => {
  const { calls, ended, mint } = await minterThat({
    body: { token: 'ghs_1', app: true, slug: 'bot' },
  });
  const { revoke, ...minted } = await mint(request);
  expect(minted).toEqual({ token: 'ghs_1', app: true, slug: 'bot' });
  expect(calls).toEqual([
    { operation: 'POST /2015-03-31/functions/mint-read/invocations', body: request },
  ]);
  await revoke();
  expect(ended).toEqual(['ghs_1']);
  expect(calls).toHaveLength(1);
});

test.each(['ScopeRefused', 'ConfigInvalid', 'ForgeFailed', 'ForgeUnavailable'])(
  'what the function throws is thrown here: %s',
  async (errorType) => {
    const body = { errorType, errorMessage: 'said', trace: ['at secret.mjs'] };
    const { mint } = await minterThat({ headers: failed, body });
    await expect(mint(request)).rejects.toMatchObject({ name: errorType, message: 'said' });
  },
);

test.each([
  ['a function that broke', { headers: failed, body: { errorType: 'TypeError' } }],
  ['one that ran out of time', { headers: failed, body: { errorType: 'Sandbox.Timedout' } }],
  ['one that gave no token', { body: null }],
  ['too many at once', refusal(429, 'TooManyRequestsException', 'slower')],
  ['a service that fails', refusal(500, 'ServiceException', 'oh')],
  ['a line that is cut', { status: 0 }],
] as const)('%s may do better later', async (_what, answer) => {
  const { mint } = await minterThat(answer);
  await expect(mint(request)).rejects.toMatchObject({ name: 'ForgeUnavailable' });
});

test('a function that may not be asked is a fault of the set-up', async () => {
  const { mint } = await minterThat(refusal(403, 'AccessDeniedException', 'not you'));
  await expect(mint(request)).rejects.toMatchObject({
    name: 'ConfigInvalid',
    message: expect.stringContaining('mint-read'),
  });
});
