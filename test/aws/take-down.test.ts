import { expect, test } from '@jest/globals';
import { takeDown } from '../../lib/aws/take-down.ts';
import { DeploymentFailed } from '../../lib/domain/errors.ts';
import { answered, stackXml, startStacks } from './stack-wire.ts';
import type { WireAnswer, WireCall } from './wire.ts';

const log = () => undefined;
const resource = (id: string, type: string, status: string, reason = '') =>
  `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${id}-1</PhysicalResourceId><ResourceType>${type}</ResourceType><LastUpdatedTimestamp>2026-11-24T00:00:00Z</LastUpdatedTimestamp><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason></member>`;

/** As many as a page holds, all of them gone: what a test looks for comes after them. */
const firstPage = Array.from({ length: 100 }, (_, n) =>
  resource(`Gone${n}`, 'AWS::Lambda::Function', 'DELETE_COMPLETE'),
);

/** What CloudFormation tells of resources, a page at a time, or by the call that knows the first hundred only. */
function resourcesXml({ operation, body }: WireCall, resources: readonly string[]): WireAnswer {
  const all = [...firstPage, ...resources];
  if (operation === 'DescribeStackResources') {
    return answered(operation, `<StackResources>${all.slice(0, 100).join('')}</StackResources>`);
  }
  const from = Number(body.NextToken ?? 0);
  const next = from + 100 < all.length ? `<NextToken>${from + 100}</NextToken>` : '';
  const page = all.slice(from, from + 100).join('');
  return answered(operation, `<StackResourceSummaries>${page}</StackResourceSummaries>${next}`);
}

/** A stack that stands so after each request to delete it, made of these resources and a page of others. */
function stackThat(statuses: readonly string[], resources: readonly string[]) {
  let deletions = 0;
  return startStacks((call: WireCall): WireAnswer => {
    const { operation } = call;
    if (operation === 'DeleteStack') deletions += 1;
    if (operation === 'DescribeStacks') {
      return answered(operation, stackXml(statuses[deletions - 1] ?? 'CREATE_COMPLETE'));
    }
    if (operation.endsWith('StackResources')) return resourcesXml(call, resources);
    return answered(operation, '');
  });
}

test('protection is lifted, the stack deleted, and what its policies keep is told', async () => {
  const kept = resource('Ledger', 'AWS::S3::Bucket', 'DELETE_SKIPPED');
  const gone = resource('Queue', 'AWS::SQS::Queue', 'DELETE_COMPLETE');
  const { client, calls } = await stackThat(['DELETE_COMPLETE'], [kept, gone]);
  const found = await takeDown({ client, stack: 'arn:stack/1', log, pollMs: 1 });
  expect(found).toEqual([{ type: 'AWS::S3::Bucket', id: 'Ledger-1' }]);
  const names = calls.map(({ operation }) => operation);
  expect(names.slice(0, 2)).toEqual(['UpdateTerminationProtection', 'DeleteStack']);
  expect(calls[0]?.body.EnableTerminationProtection).toBe('false');
});

test('a bucket whose objects are locked is left behind, and nothing else is', async () => {
  const locked = resource('Ledger', 'AWS::S3::Bucket', 'DELETE_FAILED', 'not empty');
  const { client, calls } = await stackThat(['DELETE_FAILED', 'DELETE_COMPLETE'], [locked]);
  const told: string[] = [];
  const found = await takeDown({
    ...{ client, stack: 'arn:stack/1', pollMs: 1 },
    log: (line) => void told.push(line),
  });
  expect(found).toEqual([{ type: 'AWS::S3::Bucket', id: 'Ledger-1' }]);
  expect(told.join()).toMatch(/left behind, .*: Ledger-1/);
  const [, again] = calls.filter(({ operation }) => operation === 'DeleteStack');
  expect(again?.body['RetainResources.member.1']).toBe('Ledger');
});

test('anything else that can not be deleted is a failure that names it', async () => {
  const stuck = resource('Role', 'AWS::IAM::Role', 'DELETE_FAILED', 'has policies');
  const { client } = await stackThat(['DELETE_FAILED'], [stuck]);
  const taking = takeDown({ client, stack: 'arn:stack/1', log, pollMs: 1 });
  await expect(taking).rejects.toThrow(DeploymentFailed);
  await expect(taking).rejects.toThrow(/Role: has policies/);
});
