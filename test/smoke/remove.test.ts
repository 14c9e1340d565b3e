import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, test } from '@jest/globals';
import { answered, refused, stackXml } from '../aws/stack-wire.ts';
import { refusal, startWire, type WireAnswer, type WireCall } from '../aws/wire.ts';
import { removeDeployment, thenRemoved } from './remove.ts';

const outputs = {
  LogBucket: 'logs',
  AnthropicKeyParameter: '/entropy/smoke-1/anthropic-key',
  WebhookSecretParameter: '/entropy/smoke-1/webhook-secret',
};
const ledger =
  '<member><LogicalResourceId>Ledger</LogicalResourceId><PhysicalResourceId>ledger-1</PhysicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType><LastUpdatedTimestamp>2026-11-24T00:00:00Z</LastUpdatedTimestamp><ResourceStatus>DELETE_FAILED</ResourceStatus></member>';

/** An account with a stack whose ledger is locked, and whose other bucket holds one object. */
async function account(otherwise: (call: WireCall) => WireAnswer | undefined = () => undefined) {
  let deletions = 0;
  let objects = 1;
  const states = ['CREATE_COMPLETE', 'DELETE_FAILED', 'DELETE_COMPLETE'];
  const { calls, client } = await startWire((call) => {
    const { operation } = call;
    const other = otherwise(call);
    if (other !== undefined) return other;
    if (operation === 'DeleteStack') deletions += 1;
    if (operation === 'DescribeStacks') {
      return answered(operation, stackXml(states[deletions] ?? '', outputs));
    }
    if (operation === 'ListStackResources') {
      return answered(operation, `<StackResourceSummaries>${ledger}</StackResourceSummaries>`);
    }
    if (/^(DeleteStack|UpdateTermination)/.test(operation)) return answered(operation, '');
    if (operation.startsWith('POST /logs')) {
      objects = 0;
      return { body: '<DeleteResult></DeleteResult>' };
    }
    if (operation.startsWith('GET /logs')) {
      const found = '<Contents><Key>one</Key></Contents>'.repeat(objects);
      return { body: `<ListBucketResult>${found}</ListBucketResult>` };
    }
    return { body: {} };
  });
  const clients = {
    ...{ stacks: new CloudFormationClient(client), ecs: new ECSClient(client) },
    ...{ s3: new S3Client({ ...client, forcePathStyle: true }), ssm: new SSMClient(client) },
  };
  const place = { deployment: 'smoke-1', stackName: 'Entropy-smoke-1', ...clients };
  const remove = () => removeDeployment(place, () => undefined, 1);
  const asked = (name: string) => calls.filter(({ operation }) => operation.includes(name));
  return { asked, remove };
}

test('all goes but a ledger that is locked, the keys with it, and what stays is told', async () => {
  const { asked, remove } = await account();
  expect(await remove()).toEqual({ kept: ['AWS::S3::Bucket ledger-1'], faults: [] });
  const { AnthropicKeyParameter, WebhookSecretParameter } = outputs;
  expect(asked('DeleteParameters')).toMatchObject([
    { body: { Names: expect.arrayContaining([AnthropicKeyParameter, WebhookSecretParameter]) } },
  ]);
  expect(asked('POST /logs')).toHaveLength(1);
  expect(asked('DeleteStack')).toHaveLength(2);
  expect(asked('ListTaskDefinitions').map(({ body }) => body.familyPrefix)).toContain(
    'smoke-1-coder',
  );
});

test('what can not be removed keeps nothing else from it, and is told', async () => {
  const { asked, remove } = await account(({ operation }) => {
    if (operation === 'DeleteStack') return refused(403, 'AccessDenied', 'not you');
    if (/DeleteParameters/.test(operation)) return refusal(400, 'AccessDeniedException', 'no');
    return undefined;
  });
  const { kept, faults } = await remove();
  expect(kept).toEqual([]);
  expect(faults.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^secrets in SSM: .*anthropic-key/),
    expect.stringMatching(/^Entropy-smoke-1: .*not you/),
  ]);
  expect(asked('POST /logs')).toHaveLength(1);
  expect(asked('ListTaskDefinitions')).not.toEqual([]);
});

test('a deployment that never came about is nothing to remove', async () => {
  const { asked, remove } = await account(({ operation }) =>
    operation === 'DescribeStacks'
      ? refused(400, 'ValidationError', 'Stack with id Entropy-smoke-1 does not exist')
      : undefined,
  );
  expect(await remove()).toEqual({ kept: [], faults: [] });
  expect(asked('DeleteStack')).toEqual([]);
});

describe('what was made is removed after', () => {
  const left = { kept: ['the bucket'], faults: [new Error('secrets: denied')] };
  const lines = ['kept: the bucket', 'not removed: secrets: denied'];

  test('and what went wrong first is what is thrown', async () => {
    const said: string[] = [];
    const work = async () => {
      throw new Error('the webhook answers 500');
    };
    const done = thenRemoved(
      work,
      async () => left,
      (line) => void said.push(line),
    );
    await expect(done).rejects.toThrow('the webhook answers 500');
    expect(said).toEqual(lines);
  });

  test('and where the work was done, what could not be removed is a failure', async () => {
    const said: string[] = [];
    const done = thenRemoved(
      async () => undefined,
      async () => left,
      (line) => void said.push(line),
    );
    await expect(done).rejects.toThrow('secrets: denied');
    expect(said).toEqual(lines);
  });
});
