import { execFileSync } from 'node:child_process';
import { DescribeTaskDefinitionCommand, ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FunctionName, functionNames } from '../../../lib/cdk/entry.ts';
import type { RoleName } from '../../../lib/domain/stage.ts';
import { type Account, openAccount, until } from './fixtures/account.ts';
import { makeAdministrator } from './fixtures/administrator-role.ts';
import { type Deed, deeds, type Targets } from './fixtures/deeds.ts';
import { functionsOf } from './fixtures/functions.ts';
import { type RoleSession, sessionOf } from './fixtures/role-session.ts';

const items = [
  ...['read a run', 'read a delivery', 'store a delivery', 'list items', 'take an item away'],
];
const ledger = ['read the ledger', 'write the ledger'];

/** Who may what. All that is not named here is tried as well, and must be denied. */
const may: Readonly<Record<FunctionName, readonly string[]>> = {
  webhook: ['read a delivery', 'store a delivery', 'read the webhook secret'],
  dispatch: [
    ...[...items, ...ledger, 'sign the ledger', 'call mint-read'],
    ...['have a sign published', 'start a run'],
  ],
  lifecycle: [...items, ...ledger, 'sign the ledger', 'call mint-write'],
  'close-stage': [...items, 'read the ledger'],
  gateway: [...items, ...ledger, 'call mint-read', "read a model's key"],
  'mint-read': ['sign as the App'],
  'mint-write': ['sign as the App'],
  'ledger-writer': ledger,
  sweep: [
    ...[...items, ...ledger, 'sign the ledger', 'call mint-read'],
    ...['have a run settled', 'start a run', 'list sandboxes'],
  ],
};

/**
 * What an account denies and an emulator does not, so that trying it would show nothing; test/cdk holds it:
 * - LeadingKeys, which keep the webhook to deliveries: grants.test.ts, "the one that faces the internet ...";
 * - the one parameter of the several, see lib/cdk/emulator-limits.ts: grants.test.ts, "only the webhook reads ...";
 * - s3:if-none-match, by which a writer writes once: ledger-bucket.test.ts;
 * - ecs:cluster, by which the sweep sees one cluster: grants.test.ts, "may do it to what is named".
 */
const unproven: Partial<Record<FunctionName, readonly string[]>> = {
  webhook: ['read a run', "read a model's key"],
  gateway: ['read the webhook secret'],
};

/** What the ledger's bucket denies to everyone. Those that leave an object as it was come first. */
const ledgerStays = [
  ...['lengthen retention', 'shorten retention', 'hide an object', 'delete a version'],
  ...['take the lock off', "put the bucket's policy"],
];
/** What not even who may do everything in the account may do. */
const nobodyMay = ['write the ledger', 'sign the ledger', 'sign as the App', ...ledgerStays];

let account: Account;
let targets: Targets;
const roles = new Map<FunctionName, string>();
beforeAll(async () => {
  account = await openAccount();
  const functions = await functionsOf(account);
  for (const [name, { Role = '' }] of functions) roles.set(name, Role);
  const object = { Bucket: account.outputs.LedgerBucket, Key: 'probe/kept' };
  const put = await new S3Client({}).send(new PutObjectCommand({ ...object, Body: 'kept' }));
  targets = {
    outputs: account.outputs,
    functionOf: (name) => functions.get(name)?.FunctionName as string,
    object: { ...object, VersionId: put.VersionId as string },
  };
}, 900_000);
afterAll(() => account?.close());

/** Tries all, and tells of each deed whether it was done; any other error than a denial is none of both. */
async function tried(session: RoleSession | undefined, names: readonly string[]) {
  const outcomes: Record<string, string> = {};
  for (const name of names) {
    const deed = deeds[name] as Deed;
    outcomes[name] = await deed(session, targets).then(
      () => 'allowed',
      ({ name, message }: Error) => (/^AccessDenied/.test(name) ? 'denied' : `${name}: ${message}`),
    );
  }
  return outcomes;
}

describe('with the role of its own', () => {
  test.each(functionNames)('%s does what it is for, and is denied all else', async (name) => {
    const session = await sessionOf(roles.get(name) as string);
    const names = Object.keys(deeds).filter((deed) => !unproven[name]?.includes(deed));
    expect(await tried(session, names)).toEqual(
      Object.fromEntries(
        names.map((deed) => [deed, may[name].includes(deed) ? 'allowed' : 'denied']),
      ),
    );
  });
});

test('who may do everything in the account can read, but neither sign nor touch the ledger', async () => {
  const session = await sessionOf(await makeAdministrator(`administrator-${Date.now()}`));
  const names = ['read a run', 'read the ledger', 'start a run', ...nobodyMay];
  expect(await tried(session, names)).toEqual(
    Object.fromEntries(
      names.map((deed) => [deed, nobodyMay.includes(deed) ? 'denied' : 'allowed']),
    ),
  );
});

// An account's root is bound by a bucket's policy; an emulator's is not.
test('it is the policy that keeps the ledger: whom it does not bind can do all of that', async () => {
  expect(await tried(undefined, ledgerStays)).toEqual(
    Object.fromEntries(ledgerStays.map((deed) => [deed, 'allowed'])),
  );
});

describe('a sandbox', () => {
  const sandboxes: readonly RoleName[] = ['issue-reader', 'coder', 'verifier', 'reviewer'];
  const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' });

  /** Others come and go meanwhile. */
  const inspected = (id: string) => {
    try {
      return JSON.parse(docker('inspect', id));
    } catch {
      return [];
    }
  };
  const containerOf = (run: string) =>
    docker('ps', '--all', '--quiet', '--filter', 'ancestor=entropy-sandbox:latest')
      .split('\n')
      .filter(Boolean)
      .flatMap(inspected)
      .find(({ Config }) => Config.Env.includes(`ENTROPY_RUN=${run}`));

  test.each(sandboxes)('of the %s has no role and no credentials', async (role) => {
    const ecs = new ECSClient({});
    // Parameters, functions and task definitions carry the same name of the deployment.
    const deployment = account.outputs.WebhookSecretParameter.split('/')[2];
    const taskDefinition = `${deployment}-${role}`;
    const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    expect(described.taskDefinition?.taskRoleArn ?? '').toBe('');
    const mark = `probe-${role}-${deployment}`;
    const environment = [{ name: 'ENTROPY_RUN', value: mark }];
    const started = await ecs.send(
      new RunTaskCommand({
        ...{ cluster: account.outputs.ClusterArn, taskDefinition, launchType: 'FARGATE' },
        overrides: { containerOverrides: [{ name: 'sandbox', environment }] },
      }),
    );
    expect(started.failures ?? []).toEqual([]);
    const container = await until('its container', async () => containerOf(mark));
    const names = container.Config.Env.map((line: string) => line.split('=')[0]);
    expect(names).toContain('ENTROPY_GATEWAY');
    expect(names.filter((name: string) => name.startsWith('AWS_'))).toEqual([]);
    expect(container.HostConfig.Binds ?? []).toEqual([]);
  });
});
