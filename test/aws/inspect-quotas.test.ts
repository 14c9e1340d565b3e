import { LambdaClient } from '@aws-sdk/client-lambda';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { expect, test } from '@jest/globals';
import { inspectQuotas, reservedInAll, sandboxCpus } from '../../lib/aws/inspect-quotas.ts';
import { functionShapes } from '../../lib/cdk/entry.ts';
import { sandboxRoles } from '../../lib/cdk/sandbox-roles.ts';
import { refusal, startWire, type WireAnswer } from './wire.ts';

async function account(executions: number, fargate: WireAnswer) {
  const { client, calls } = await startWire(({ operation }) =>
    operation.includes('account-settings')
      ? { body: { AccountLimit: { ConcurrentExecutions: executions } } }
      : fargate,
  );
  const config = { ...client, maxAttempts: 1 };
  return { calls, lambda: new LambdaClient(config), quotas: new ServiceQuotasClient(config) };
}
const cpus = (Value: number): WireAnswer => ({ body: { Quota: { Value } } });
const wanted = { capacity: 10, spot: false, reserved: false };

test('what is counted on is what the stack has', () => {
  expect(sandboxCpus).toBe(Math.max(...sandboxRoles.map(({ size }) => size.cpu)) / 1024);
  const shares = Object.values(functionShapes).map(({ reserve }) => reserve);
  expect(reservedInAll).toBe(shares.reduce((sum, each) => sum + each, 0));
});

test('enough is well, and the quota asked for is that of the capacity', async () => {
  const clients = await account(1000, cpus(30));
  const found = await inspectQuotas(clients, wanted);
  expect(found.map(({ state }) => state)).toEqual(['ok', 'ok']);
  const asked = clients.calls.find(({ operation }) => operation.endsWith('GetServiceQuota'));
  expect(asked?.body).toEqual({ ServiceCode: 'fargate', QuotaCode: 'L-3032A538' });
  await inspectQuotas(clients, { ...wanted, spot: true });
  expect(clients.calls.at(-1)?.body).toMatchObject({ QuotaCode: 'L-36FBB829' });
});

test('a new account is told what it lacks, and what would fail is an error', async () => {
  const clients = await account(10, cpus(6));
  const found = await inspectQuotas(clients, wanted);
  expect(found.map(({ state }) => state)).toEqual(['warning', 'warning']);
  const [reserved] = await inspectQuotas(clients, { ...wanted, reserved: true });
  expect(reserved).toMatchObject({
    state: 'error',
    fix: expect.stringMatching(/reserveConcurrency off/),
  });
  const [, none] = await inspectQuotas(await account(1000, cpus(0)), wanted);
  expect(none?.state).toBe('error');
});

test('a right that is missing is named, and keeps nothing from being looked at', async () => {
  const clients = await account(1000, refusal(400, 'AccessDeniedException', 'no'));
  const found = await inspectQuotas(clients, wanted);
  expect(found).toMatchObject([
    { state: 'ok' },
    { state: 'warning', fix: expect.stringMatching(/servicequotas:GetServiceQuota/) },
  ]);
});
