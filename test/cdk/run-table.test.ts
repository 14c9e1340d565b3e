import { expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

test('the table is restored to any second, streams its changes and is paid by use', () => {
  expect(synthesized().only('AWS::DynamoDB::Table')).toMatchObject({
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    DeletionProtectionEnabled: true,
  });
});

test.each([
  [true, 'Retain'],
  [false, 'Delete'],
])('with keepData %s the stack leaves it: %s', (keepData, policy) => {
  const [[, table] = ['', undefined]] = synthesized({ keepData }).of('AWS::DynamoDB::Table');
  expect(table).toMatchObject({ DeletionPolicy: policy, UpdateReplacePolicy: policy });
  expect(table?.Properties.DeletionProtectionEnabled).toBe(keepData);
});
