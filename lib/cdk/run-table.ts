import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** What a deployment decides about its table. */
export interface RunTableProps {
  /** Refuses to delete the table, also by hand, until this is taken off. */
  readonly deletionProtection: boolean;
  /** What becomes of it when the stack goes. */
  readonly removal: RemovalPolicy;
}

const readActions = ['GetItem', 'BatchGetItem', 'Query'];
const writeActions = ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];
const actions = (names: readonly string[]) => names.map((name) => `dynamodb:${name}`);

/** The one table: claims, runs, stages, sessions, inbox, and the events that its stream carries on. */
export class RunTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: RunTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      // Garbage collection only: no rule looks at it.
      timeToLiveAttribute: 'expires',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removal,
    });
  }

  /** Items, not the table: nobody who works at runs scans, exports or changes it. */
  grantItems(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: actions([...readActions, ...writeActions]),
        resources: [this.table.tableArn],
      }),
    );
  }

  /** Looks at items, and changes none. */
  grantLook(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: actions(readActions), resources: [this.table.tableArn] }),
    );
  }

  /** Deliveries alone: who faces the internet sees no run, claim or session. */
  grantInbox(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: actions(['GetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem']),
        resources: [this.table.tableArn],
        conditions: {
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': ['delivery#*', 'body#*', 'meaning#*', 'inbox'],
          },
        },
      }),
    );
  }

  /** The stream as an event source reads it. */
  grantStream(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: actions(['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']),
        resources: [this.table.tableStreamArn ?? ''],
      }),
    );
  }
}
