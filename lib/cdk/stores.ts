import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import { LedgerBucket } from './ledger-bucket.ts';
import { LogBucket } from './log-bucket.ts';
import { RunTable } from './run-table.ts';
import { SigningKey } from './signing-key.ts';

/** What keeps: the table, the ledger's bucket, the logs', and the keys that sign. */
export class Stores extends Construct {
  readonly table: RunTable;
  readonly ledger: LedgerBucket;
  readonly logs: LogBucket;
  readonly signerKey: SigningKey;
  readonly appKey: SigningKey;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id);
    const { keepData, retention, name } = deployment;
    const removal = keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.logs = new LogBucket(this, 'Logs', { removal });
    this.table = new RunTable(this, 'Table', { deletionProtection: keepData, removal });
    this.ledger = new LedgerBucket(this, 'Ledger', {
      retention,
      removal,
      logs: this.logs.bucket,
      administrators: deployment.ledgerAdministrators ?? [deployingRole(this)],
    });
    this.signerKey = new SigningKey(this, 'SignerKey', {
      description: `Signs the ledgers of ${name}`,
      spec: 'ECC_NIST_EDWARDS25519',
    });
    this.appKey = new SigningKey(this, 'AppKey', {
      description: `Private key of the GitHub App of ${name}; imported, never read`,
      spec: 'RSA_2048',
    });
  }
}

/** The role that CloudFormation works with, as `cdk bootstrap` names it. */
function deployingRole(scope: Construct): string {
  const { partition, account, region } = Stack.of(scope);
  return `arn:${partition}:iam::${account}:role/cdk-*-cfn-exec-role-${account}-${region}`;
}
