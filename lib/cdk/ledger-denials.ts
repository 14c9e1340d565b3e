import { Lazy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** What takes an object away, hides it, or lets go of it early. */
const removals = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:BypassGovernanceRetention',
  's3:PutObjectRetention',
  's3:PutObjectLegalHold',
];
/** What changes the rules that keep objects. */
const changes = [
  's3:PutBucketVersioning',
  's3:PutBucketObjectLockConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  's3:DeleteBucket',
];

/**
 * What the ledger's bucket denies to all but those named. `writers` are ARNs of roles, asked for when the
 * template is made. Root of the account can always take a bucket's policy away, so this locks nobody out for
 * good: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export function denials(
  bucket: IBucket,
  writers: () => string[],
  administrators: readonly string[],
): PolicyStatement[] {
  const objects = [bucket.arnForObjects('*')];
  const deny = (sid: string, actions: readonly string[], rest: Partial<Scoped>) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: [...actions],
      resources: objects,
      ...rest,
    });
  return [
    deny('OnlyWritersWrite', ['s3:PutObject'], {
      conditions: {
        ArnNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: writers }) },
      },
    }),
    // Parts of an upload carry no condition; what makes the object does.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    deny('WrittenOnce', ['s3:PutObject'], {
      conditions: {
        Null: { 's3:if-none-match': 'true' },
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    }),
    deny('NothingGoes', removals, {}),
    deny('RulesStay', changes, {
      resources: [bucket.bucketArn],
      conditions: { ArnNotLike: { 'aws:PrincipalArn': [...administrators] } },
    }),
  ];
}

interface Scoped {
  readonly resources: string[];
  readonly conditions: Record<string, Record<string, unknown>>;
}
