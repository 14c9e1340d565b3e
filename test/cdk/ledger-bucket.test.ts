import { describe, expect, test } from '@jest/globals';
import { type Resource, synthesized } from './synthesized.ts';

const dns = synthesized();
const locked = ([, { Properties }]: [string, Resource]) => Properties.ObjectLockEnabled === true;
const [[id, bucket] = ['', undefined]] = dns.of('AWS::S3::Bucket').filter(locked);
interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Principal: unknown;
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}
const statements = dns
  .of('AWS::S3::BucketPolicy')
  .filter(([, { Properties }]) => Properties.Bucket.Ref === id)
  .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
const named = (sid: string) => statements.find(({ Sid }) => Sid === sid);

describe('the ledger', () => {
  test('keeps every object in GOVERNANCE mode unless COMPLIANCE is asked for', () => {
    const rule = (mode: string, days: number) => ({
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: 'Enabled' },
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: mode, Days: days } },
      },
    });
    expect(bucket?.Properties).toMatchObject(rule('GOVERNANCE', 400));
    const strict = synthesized({ retention: { mode: 'COMPLIANCE', days: 30 } });
    const [[, other] = ['', undefined]] = strict.of('AWS::S3::Bucket').filter(locked);
    expect(other?.Properties).toMatchObject(rule('COMPLIANCE', 30));
  });

  test('is kept when the stack goes', () => {
    expect(bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('is nobody else’s to see, encrypted, and its access is logged elsewhere', () => {
    expect(bucket?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
    });
    expect(bucket?.Properties.LoggingConfiguration.DestinationBucketName.Ref).not.toBe(id);
  });

  test('forgets nothing by itself', () => {
    expect(bucket?.Properties).not.toHaveProperty('LifecycleConfiguration');
  });
});

describe('its policy', () => {
  test('allows nobody anything, and denies all alike', () => {
    for (const { Effect, Principal } of statements) {
      expect([Effect, Principal]).toEqual(['Deny', { AWS: '*' }]);
    }
  });

  test('denies what comes without TLS', () => {
    expect(statements).toContainEqual(
      expect.objectContaining({
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });

  test('denies writing to all but who works at runs', () => {
    expect(named('OnlyWritersWrite')?.Action).toBe('s3:PutObject');
    const writers = named('OnlyWritersWrite')?.Condition?.ArnNotEquals?.['aws:PrincipalArn'];
    const roles = (writers as { 'Fn::GetAtt': [string, string] }[]).map(
      ({ 'Fn::GetAtt': [role] }) =>
        role.replace(/^(Functions|Operators)|(Role\w*|[0-9A-F]{8})$/g, ''),
    );
    expect(roles.sort()).toEqual(
      ['Operator', 'dispatch', 'gateway', 'ledgerwriter', 'lifecycle', 'sweep'].sort(),
    );
  });

  test('denies writing over what is there, parts of an upload apart', () => {
    expect(named('WrittenOnce')).toMatchObject({
      Action: 's3:PutObject',
      Condition: {
        Null: { 's3:if-none-match': 'true' },
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    });
  });

  test('denies everyone to delete, to hide and to let go early', () => {
    const { Action, Condition } = named('NothingGoes') ?? {};
    expect(Action).toEqual([
      's3:BypassGovernanceRetention',
      's3:DeleteObject',
      's3:DeleteObjectVersion',
      's3:PutObjectLegalHold',
      's3:PutObjectRetention',
    ]);
    expect(Condition).toBeUndefined();
  });

  test('denies all but the deploying role to change the rules', () => {
    const { Action, Condition } = named('RulesStay') ?? {};
    expect(Action).toEqual(
      expect.arrayContaining([
        's3:PutBucketVersioning',
        's3:PutBucketObjectLockConfiguration',
        's3:PutLifecycleConfiguration',
        's3:PutBucketPolicy',
        's3:DeleteBucketPolicy',
      ]),
    );
    expect(JSON.stringify(Condition)).toContain(':role/cdk-*-cfn-exec-role-111122223333-eu-west-1');
    const given = synthesized({ ledgerAdministrators: ['arn:aws:iam::111122223333:role/ops'] });
    expect(JSON.stringify(given.of('AWS::S3::BucketPolicy'))).toContain(':role/ops');
  });
});
