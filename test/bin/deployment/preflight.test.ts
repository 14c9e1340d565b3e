import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { expect, test } from '@jest/globals';
import { inspectTier, preflight } from '../../../bin/deployment/preflight.ts';
import { type Account, openAccount } from '../../../lib/aws/compose-account.ts';
import { answered, refused, stackXml } from '../../aws/stack-wire.ts';
import { startWire } from '../../aws/wire.ts';

/** An account with room and a bootstrap, in which ECS was never used. */
async function newAccount(): Promise<Account> {
  const { client } = await startWire(({ operation }) => {
    if (operation === 'DescribeStacks') {
      return answered(operation, stackXml('CREATE_COMPLETE', { BootstrapVersion: '21' }));
    }
    if (operation === 'GetRole') return refused(404, 'NoSuchEntity', 'no such role');
    if (operation.includes('account-settings')) {
      return { body: { AccountLimit: { ConcurrentExecutions: 1000 } } };
    }
    return { body: { Quota: { Value: 30 } } };
  });
  return {
    ...openAccount({ deployment: 'one', region: 'us-east-1' }),
    ...{ stacks: new CloudFormationClient(client), iam: new IAMClient(client) },
    ...{ lambda: new LambdaClient(client), quotas: new ServiceQuotasClient(client) },
  };
}

const caller = { account: '111122223333', arn: 'arn:aws:iam::1:user/maria', region: 'us-east-1' };
const image = 'entropy-sandbox@sha256:0';
const failing = async (settings: Readonly<Record<string, string>>) =>
  (await preflight(await newAccount(), caller, settings))
    .filter(({ state }) => state === 'error')
    .map(({ name }) => name);

test('an account in which ECS was never used is told so before a deployment', async () => {
  expect(await failing({ image })).toEqual(['ecs role']);
});

test('an emulator needs no such role', async () => {
  expect(await failing({ image, emulator: 'true' })).toEqual([]);
});

test('tier proxied is told as it is: made while runs do, billed by the hour, never seen on an account', () => {
  expect(inspectTier({ tier: 'proxied' })).toEqual({
    name: 'egress',
    state: 'warning',
    detail: expect.stringMatching(/by the hour while runs do/),
    fix: expect.stringMatching(/never seen on an account/),
  });
  expect(JSON.stringify(inspectTier({ tier: 'proxied' }))).not.toMatch(
    /not made|no sandbox starts/,
  );
  expect(inspectTier({}).state).toBe('ok');
});
