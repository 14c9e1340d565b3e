import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { EntropyFunction } from './function.ts';
import type { SandboxNetwork } from './network.ts';
import type { Sandboxes } from './sandboxes.ts';

/** What the lifecycle's definition is filled in with. */
export interface LifecycleProps {
  readonly lifecycle: EntropyFunction;
  readonly closeStage: EntropyFunction;
  readonly sandboxes: Sandboxes;
  readonly network: SandboxNetwork;
  /** Sandboxes run on Spot first. */
  readonly spot: boolean;
  readonly tracing: IManagedPolicy;
  /** Whose tasks it may run: those with this tag. */
  readonly tag: { readonly key: string; readonly value: string };
}

const definition = readFileSync(
  new URL('../../statemachines/issue-run.asl.json', import.meta.url),
  'utf8',
);
/** SHA-256 of the definition as it stands in the repository: what a run says it was walked by. */
export const definitionDigest = createHash('sha256').update(definition).digest('hex');

/** Steps that the lifecycle's own function carries out. */
const steps = [
  ...['Admit', 'OpenStage', 'Publish', 'PostReview', 'FollowBase', 'Decide'],
  ...['Settle', 'SettleQuietly'],
];

/** The lifecycle as a Standard state machine: the same definition that is walked embedded. */
export class Lifecycle extends Construct {
  readonly machine: CfnStateMachine;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: LifecycleProps) {
    super(scope, id);
    this.logs = new LogGroup(this, 'Logs', {
      // Under this prefix the service keeps no policy of its own for each group, of which an account has ten.
      logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.#role(props);
    this.machine = new CfnStateMachine(this, 'Machine', {
      stateMachineType: 'STANDARD',
      definitionString: definition,
      definitionSubstitutions: substitutions(props),
      roleArn: role.roleArn,
      loggingConfiguration: {
        level: 'ALL',
        // Overrides hold boot codes; ids and outcomes alone are not worth the risk either.
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: this.logs.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
    });
    this.machine.node.addDependency(role);
  }

  #role(props: LifecycleProps): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'Walks runs: calls their steps, runs their sandboxes',
      managedPolicies: [props.tracing],
    });
    for (const statement of [
      ...calls(props),
      ...tasks(this, props),
      // Delivery of logs knows no resource.
      new PolicyStatement({ actions: logDelivery, resources: ['*'] }),
    ]) {
      role.addToPolicy(statement);
    }
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Log delivery knows no resource; tasks have names only once they run, so they are held by cluster and tag',
    );
    return role;
  }
}

const logDelivery = [
  ...['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery'],
  ...['ListLogDeliveries', 'PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'],
].map((name) => `logs:${name}`);

function calls({ lifecycle, closeStage }: LifecycleProps): PolicyStatement[] {
  const resources = [lifecycle, closeStage].map((each) => each.function.functionArn);
  return [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources })];
}

/**
 * Tasks of this cluster. Not by revision: runs that began before a deployment run the revision before. `.sync`
 * learns of a task's end by a rule that Step Functions keeps.
 */
function tasks(scope: Construct, { sandboxes, tag }: LifecycleProps): PolicyStatement[] {
  const ofCluster = { ArnEquals: { 'ecs:cluster': sandboxes.cluster.attrArn } };
  return [
    new PolicyStatement({
      actions: ['ecs:RunTask'],
      resources: ['*'],
      conditions: { ...ofCluster, StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value } },
    }),
    new PolicyStatement({
      actions: ['ecs:StopTask', 'ecs:DescribeTasks'],
      resources: ['*'],
      conditions: ofCluster,
    }),
    new PolicyStatement({
      actions: ['ecs:TagResource'],
      resources: ['*'],
      conditions: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
    }),
    new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [sandboxes.executionRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    }),
    new PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        Stack.of(scope).formatArn({
          service: 'events',
          resource: 'rule',
          resourceName: 'StepFunctionsGetEventsForECSTaskRule',
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      ],
    }),
  ];
}

function substitutions(props: LifecycleProps): Record<string, string> {
  const { lifecycle, closeStage, sandboxes, network } = props;
  const [subnetA, subnetB] = network.subnets;
  return {
    ...Object.fromEntries(steps.map((step) => [step, lifecycle.function.functionArn])),
    CloseStage: closeStage.function.functionArn,
    Cluster: sandboxes.cluster.attrArn,
    ...Object.fromEntries(
      [...sandboxes.tasks].map(
        ([
          placeholder,
          {
            definition: { ref },
          },
        ]) => [placeholder, ref],
      ),
    ),
    Capacity: props.spot ? 'FARGATE_SPOT' : 'FARGATE',
    SubnetA: subnetA.subnetId,
    SubnetB: subnetB.subnetId,
    SecurityGroup: network.securityGroup.securityGroupId,
    AssignPublicIp: network.assignPublicIp,
  };
}
