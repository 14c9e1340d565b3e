import { expect, test } from '@jest/globals';
import {
  deployedOutputs,
  deployedStack,
  environmentOf,
  findStack,
} from '../../lib/aws/deployed-stack.ts';
import { ConfigInvalid, NotFound } from '../../lib/domain/errors.ts';
import { startParameters } from './parameter-wire.ts';
import { answered, refused, stackXml, startStacks } from './stack-wire.ts';

test('a stack is found by its deployment, and says what functions would read', async () => {
  const { client, calls } = await startStacks(() =>
    answered('DescribeStacks', stackXml('UPDATE_COMPLETE', { TableName: 'the-table' })),
  );
  const stack = await deployedStack(client, 'entropy');
  expect(calls[0]?.body).toMatchObject({ Action: 'DescribeStacks', StackName: 'Entropy-entropy' });
  expect(stack).toMatchObject({ status: 'UPDATE_COMPLETE', id: 'arn:stack/1', isProtected: true });
  const environment = environmentOf(stack);
  expect(environment.needed('table')).toBe('the-table');
  expect(environment.given('cluster')).toBeUndefined();
  expect(() => environment.needed('cluster')).toThrow(/does not say ClusterArn: "entropy deploy"/);
});

test('one that is not there is told so, with what makes it', async () => {
  const { client } = await startStacks(() =>
    refused(400, 'ValidationError', 'Stack with id Entropy-entropy does not exist'),
  );
  expect(await findStack(client, 'Entropy-entropy')).toBeUndefined();
  const asked = deployedStack(client, 'entropy');
  await expect(asked).rejects.toThrow(NotFound);
  await expect(asked).rejects.toThrow(/no stack Entropy-entropy in us-east-1: "entropy deploy"/);
});

test('a right that is missing is told by its name', async () => {
  const { client } = await startStacks(() =>
    refused(403, 'AccessDenied', 'not authorized to perform: cloudformation:DescribeStacks'),
  );
  const asked = findStack(client, 'Entropy-entropy');
  await expect(asked).rejects.toThrow(ConfigInvalid);
  await expect(asked).rejects.toThrow(/cloudformation:DescribeStacks/);
});

test('who may ask for no stack finds the same in a parameter', async () => {
  const { ssm, values } = await startParameters();
  await expect(deployedOutputs(ssm, 'entropy')).rejects.toThrow(NotFound);
  const put = (value: string) => values.set('/entropy/entropy/outputs', { type: 'String', value });
  put('{"TableName":"the-table"}');
  const found = await deployedOutputs(ssm, 'entropy');
  expect(found.name).toBe('Entropy-entropy');
  expect(environmentOf(found).needed('table')).toBe('the-table');
  put('{');
  await expect(deployedOutputs(ssm, 'entropy')).rejects.toThrow(/not JSON: "entropy deploy"/);
});
