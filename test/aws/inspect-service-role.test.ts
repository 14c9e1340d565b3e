import { IAMClient } from '@aws-sdk/client-iam';
import { expect, test } from '@jest/globals';
import { inspectServiceRole } from '../../lib/aws/inspect-service-role.ts';
import { startWire, type WireAnswer } from './wire.ts';

const xml = { 'content-type': 'text/xml' };
const space = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"';

async function accountThat(answer: WireAnswer) {
  const { calls, client } = await startWire(() => ({ headers: xml, ...answer }));
  return { calls, iam: new IAMClient({ ...client, maxAttempts: 1 }) };
}

const refused = (status: number, code: string): WireAnswer => ({
  status,
  body: `<ErrorResponse ${space}><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
});

test('an account in which ECS was used has its role', async () => {
  const role = `<Role><RoleName>AWSServiceRoleForECS</RoleName><Path>/</Path><RoleId>A</RoleId><Arn>arn:aws:iam::1:role/a</Arn><CreateDate>2026-11-24T00:00:00Z</CreateDate></Role>`;
  const { calls, iam } = await accountThat({
    body: `<GetRoleResponse ${space}><GetRoleResult>${role}</GetRoleResult></GetRoleResponse>`,
  });
  expect(await inspectServiceRole(iam)).toMatchObject({ name: 'ecs role', state: 'ok' });
  expect(calls).toMatchObject([
    { operation: 'GetRole', body: { RoleName: 'AWSServiceRoleForECS' } },
  ]);
});

test('one without it is told how it is made, before a stack fails', async () => {
  const { iam } = await accountThat(refused(404, 'NoSuchEntity'));
  expect(await inspectServiceRole(iam)).toMatchObject({
    state: 'error',
    fix: expect.stringMatching(
      /aws iam create-service-linked-role --aws-service-name ecs\.amazonaws\.com$/,
    ),
  });
});

test('who may not ask is told so, and goes on', async () => {
  const { iam } = await accountThat(refused(403, 'AccessDenied'));
  expect(await inspectServiceRole(iam)).toMatchObject({
    state: 'warning',
    fix: expect.stringMatching(/iam:GetRole/),
  });
});
