import { Lazy, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  type IRole,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Which key it is. */
export interface SigningKeyProps {
  readonly description: string;
  /**
   * `ECC_NIST_EDWARDS25519` is made in KMS and never leaves it. `RSA_2048` is made without material: a
   * GitHub App's private key is imported once and can't be read again.
   */
  readonly spec: 'ECC_NIST_EDWARDS25519' | 'RSA_2048';
}

/** Days in which a deletion can be called off; a key that waits for it costs nothing. */
const pendingDays = 30;

/** All that an administrator does with a key. Neither using it nor `CreateGrant`, which hands use on, is among it. */
const administration = [
  ...['Describe', 'List', 'Get', 'Enable', 'Disable', 'Put', 'Update', 'Revoke', 'Delete'].map(
    (verb) => `kms:${verb}*`,
  ),
  ...['CreateAlias', 'TagResource', 'UntagResource', 'ImportKeyMaterial'].map(
    (name) => `kms:${name}`,
  ),
  ...['ScheduleKeyDeletion', 'CancelKeyDeletion'].map((name) => `kms:${name}`),
];

/**
 * A key that signs and that few may use: its own policy hands administration to the account and `kms:Sign`
 * to the named roles alone, so that no policy elsewhere in the account can add another.
 */
export class SigningKey extends Construct {
  readonly key: CfnKey;
  readonly #signers: IRole[] = [];

  constructor(scope: Construct, id: string, { description, spec }: SigningKeyProps) {
    super(scope, id);
    this.key = new CfnKey(this, 'Key', {
      description,
      keySpec: spec,
      keyUsage: 'SIGN_VERIFY',
      ...(spec === 'RSA_2048' ? { origin: 'EXTERNAL' } : {}),
      keyPolicy: this.#policy(),
      pendingWindowInDays: pendingDays,
    });
    this.key.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }

  /** Lets a role sign. Both policies must say so: the role's and the key's. */
  grantSign(role: IRole): void {
    this.#signers.push(role);
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Sign', 'kms:GetPublicKey'],
        resources: [this.key.attrArn],
      }),
    );
  }

  #policy(): PolicyDocument {
    const account = new AccountRootPrincipal();
    return new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'AccountAdministers',
          principals: [account],
          actions: administration,
          resources: ['*'],
        }),
        new PolicyStatement({
          sid: 'OnlySignersSign',
          principals: [account],
          actions: ['kms:Sign', 'kms:Verify'],
          resources: ['*'],
          conditions: {
            ArnEquals: {
              'aws:PrincipalArn': Lazy.list({
                produce: () => this.#signers.map((role) => role.roleArn),
              }),
            },
          },
        }),
      ],
    });
  }
}
