import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { denials } from './ledger-denials.ts';

/** How long an object of the ledger can't be removed. */
export interface LedgerRetention {
  /**
   * `GOVERNANCE`: nobody without a right of its own that the bucket's policy denies to all. `COMPLIANCE`:
   * nobody at all, the account's root included, until the days are over; so it is never the default.
   */
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days: number;
}

/** What a deployment decides about its ledger. */
export interface LedgerBucketProps {
  readonly retention: LedgerRetention;
  readonly removal: RemovalPolicy;
  readonly logs: IBucket;
  /** ARNs, wildcards allowed, of who may change the bucket's own settings: what deploys the stack. */
  readonly administrators: readonly string[];
}

/**
 * The ledger: written once, kept, signed elsewhere. Versioning and Object Lock keep every byte; the policy
 * keeps out new versions, delete markers and shorter retention.
 */
export class LedgerBucket extends Construct {
  readonly bucket: Bucket;
  readonly #objects: ManagedPolicy;
  readonly #writers: IRole[] = [];

  constructor(scope: Construct, id: string, props: LedgerBucketProps) {
    super(scope, id);
    const period = Duration.days(props.retention.days);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        props.retention.mode === 'COMPLIANCE'
          ? ObjectLockRetention.compliance(period)
          : ObjectLockRetention.governance(period),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      serverAccessLogsBucket: props.logs,
      serverAccessLogsPrefix: 'ledger/',
      removalPolicy: props.removal,
    });
    const writers = () => this.#writers.map((role) => role.roleArn);
    for (const denial of denials(this.bucket as IBucket, writers, props.administrators)) {
      this.bucket.addToResourcePolicy(denial);
    }
    this.#objects = this.#objectsPolicy();
  }

  /** Reads and writes objects; the bucket's policy lets nobody else write. */
  grantWrite(role: IRole): void {
    this.#writers.push(role);
    this.#objects.attachToRole(role);
  }

  /** Reads objects. The same policy: the bucket's own denies writing to who is no writer. */
  grantRead(role: IRole): void {
    this.#objects.attachToRole(role);
  }

  #objectsPolicy(): ManagedPolicy {
    const policy = new ManagedPolicy(this, 'Objects', {
      description: "Objects of the ledger; the bucket's policy says who may write",
      statements: [
        new PolicyStatement({
          actions: ['s3:GetObject', 's3:PutObject'],
          resources: [this.bucket.arnForObjects('*')],
        }),
        // Without it a missing object is "forbidden", and nobody could tell.
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
      ],
    });
    const id = this.bucket.stack.getLogicalId(this.bucket.node.defaultChild as never);
    acknowledge(
      policy,
      `AwsSolutions-IAM5[Resource::<${id}.Arn>/*]`,
      "Object names begin with a run's id, which nobody knows before the run; it is this one bucket",
    );
    return policy;
  }
}
