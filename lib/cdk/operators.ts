import { Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Granted } from './grants.ts';

/**
 * What people who look after runs may do by the command line. Whom the account lets assume these roles is the
 * account's to say; each role may do what its commands need, in this deployment alone.
 */
export class Operators extends Construct {
  /** `status`, `logs`, `audit`: looks, and changes nothing. */
  readonly reader: Role;
  /** Beside that `cancel`, `retry`, `answer`, `let-pass`, `replay`, `pause` and `resume`. */
  readonly operator: Role;

  constructor(scope: Construct, id: string, granted: Granted) {
    super(scope, id);
    const { table, ledger, functions } = granted;
    this.reader = this.#role('Reader', 'Looks at runs and their ledgers', granted);
    table.grantLook(this.reader);
    ledger.grantRead(this.reader);
    this.operator = this.#role('Operator', 'Looks after runs: stops, starts and answers', granted);
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

  /** The stack's outputs say where all is; the ledger's public key is what its signatures are held against. */
  #role(id: string, description: string, { signerKey }: Granted): Role {
    const role = new Role(this, id, { assumedBy: new AccountRootPrincipal(), description });
    const finds = [
      { actions: ['cloudformation:DescribeStacks'], resources: [Stack.of(this).stackId] },
      { actions: ['kms:GetPublicKey'], resources: [signerKey.key.attrArn] },
    ];
    for (const each of finds) role.addToPrincipalPolicy(new PolicyStatement(each));
    return role;
  }
}
