import { AccountRootPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { outputsParameter } from '../aws/outputs-parameter.ts';
import type { Granted } from './grants.ts';
import { grantParameters } from './parameters.ts';

/**
 * What people who look after runs may do by the command line. Whom the account lets assume these roles is the
 * account's to say; each role may do what its commands need, in this deployment alone.
 */
export class Operators extends Construct {
  /** `status`, `logs`, `audit`: looks, and changes nothing. */
  readonly reader: Role;
  /** Beside that `cancel`, `retry`, `answer`, `let-pass`, `replay`, `pause` and `resume`. */
  readonly operator: Role;

  constructor(scope: Construct, id: string, deployment: string, granted: Granted) {
    super(scope, id);
    const { table, ledger, functions } = granted;
    this.reader = this.#role('Reader', 'Looks at runs and their ledgers', deployment, granted);
    table.grantLook(this.reader);
    ledger.grantRead(this.reader);
    this.operator = this.#role(
      'Operator',
      'Looks after runs: stops, starts and answers',
      deployment,
      granted,
    );
    table.grantItems(this.operator);
    // An answer is a payload of the ledger.
    ledger.grantWrite(this.operator);
    this.operator.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [functions.of('mint-read').function.functionArn],
      }),
    );
  }

  /** The outputs say where all is; the ledger's public key is what its signatures are held against. */
  #role(id: string, description: string, deployment: string, { signerKey }: Granted): Role {
    const role = new Role(this, id, { assumedBy: new AccountRootPrincipal(), description });
    grantParameters(role, [outputsParameter(deployment)]);
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['kms:GetPublicKey'], resources: [signerKey.key.attrArn] }),
    );
    return role;
  }
}
