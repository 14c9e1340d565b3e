import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Entrance } from '../domain/entrance.ts';
import { acknowledge } from './acknowledge.ts';
import type { BedrockModel } from './bedrock-models.ts';
import type { FunctionName } from './entry.ts';
import type { Functions } from './functions.ts';
import type { LedgerBucket } from './ledger-bucket.ts';
import { grantParameters, type ParameterNames } from './parameters.ts';
import type { RunTable } from './run-table.ts';
import type { SigningKey } from './signing-key.ts';

/** All that something may be granted on. */
export interface Granted {
  readonly functions: Functions;
  /** Keeps what was given up. */
  readonly failures: IQueue;
  readonly table: RunTable;
  readonly ledger: LedgerBucket;
  readonly signerKey: SigningKey;
  readonly appKey: SigningKey;
  readonly parameters: ParameterNames;
  readonly stateMachine: CfnStateMachine;
  readonly cluster: CfnCluster;
  /** What runs ask for at Bedrock. */
  readonly bedrock: readonly BedrockModel[];
}

/** Who may what, in one place. Whoever is not named may nothing. */
const may = {
  workOnItems: ['dispatch', 'lifecycle', 'close-stage', 'gateway', 'sweep'],
  writeLedger: ['dispatch', 'lifecycle', 'gateway', 'ledger-writer', 'sweep'],
  readLedger: ['close-stage'],
  // Whoever can bring a run to its end seals its ledger.
  signLedger: ['dispatch', 'lifecycle', 'sweep'],
  signAsApp: ['mint-read', 'mint-write'],
  startRuns: ['dispatch', 'sweep'],
  call: {
    dispatch: 'mint-read',
    gateway: 'mint-read',
    sweep: 'mint-read',
    lifecycle: 'mint-write',
  },
} satisfies Record<string, readonly FunctionName[] | Partial<Record<FunctionName, FunctionName>>>;

/** Who may have the publisher do what it does outside a walk, and nothing else. */
const mayEnter: Partial<Record<FunctionName, Entrance>> = {
  // What the intake has to say on an issue.
  dispatch: 'signs',
  // A run whose walk ended otherwise is settled as any other.
  sweep: 'settling',
};

/** Hands out all that functions may do. */
export function grantAll(scope: Construct, granted: Granted): void {
  const { functions, table, ledger, signerKey, appKey, parameters } = granted;
  const roles = (names: readonly FunctionName[]) => names.map((name) => functions.of(name).role);
  table.grantInbox(functions.of('webhook').role);
  for (const role of roles(may.workOnItems as FunctionName[])) table.grantItems(role);
  for (const role of roles(may.writeLedger as FunctionName[])) ledger.grantWrite(role);
  for (const role of roles(may.readLedger as FunctionName[])) ledger.grantRead(role);
  for (const role of roles(may.signLedger as FunctionName[])) signerKey.grantSign(role);
  for (const role of roles(may.signAsApp as FunctionName[])) appKey.grantSign(role);
  for (const [caller, called] of Object.entries(may.call)) {
    const { functionArn } = functions.of(called as FunctionName).function;
    grantCall(functions.of(caller as FunctionName).role, functionArn);
  }
  for (const [caller, entrance] of Object.entries(mayEnter)) {
    grantCall(functions.of(caller as FunctionName).role, functions.entrances.arnOf(entrance));
  }
  grantParameters(functions.of('webhook').role, [
    parameters.webhookSecret,
    parameters.webhookSecretPrevious,
  ]);
  grantParameters(functions.of('gateway').role, [
    parameters.anthropicKey,
    parameters.openaiKey,
    parameters.compatibleKey,
  ]);
  granted.failures.grantSendMessages(functions.of('dispatch').role);
  grantBedrock(scope, granted);
  grantExecutions(scope, granted);
  grantOrphans(granted);
}

function grantCall(role: Role, called: string): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [called] }),
  );
}

/** The models that are named and no other; those behind a profile by that profile alone. */
function grantBedrock(scope: Construct, { functions, bedrock }: Granted): void {
  const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
  const { role } = functions.of('gateway');
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName: string, at: { region?: string } = {}) =>
    stack.formatArn({
      service: 'bedrock',
      resource,
      resourceName,
      // A model is nobody's.
      ...(resource === 'foundation-model' ? { account: '' } : {}),
      ...at,
    });
  const asked = bedrock.map(({ id, profileOf }) =>
    profileOf === undefined ? arn('foundation-model', id) : arn('inference-profile', id),
  );
  if (asked.length > 0)
    role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: asked }));
  for (const { id, profileOf } of bedrock) {
    if (profileOf === undefined) continue;
    const { model, regions } = profileOf;
    const elsewhere = regions.map((region) => arn('foundation-model', model, { region }));
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions,
        resources: [...new Set([arn('foundation-model', model), ...elsewhere])],
        conditions: { ArnEquals: { 'bedrock:InferenceProfileArn': arn('inference-profile', id) } },
      }),
    );
  }
}

/** Starts runs, and looks at how their walks stand. An execution's ARN ends in the run's id. */
function grantExecutions(scope: Construct, { functions, stateMachine }: Granted): void {
  const executions = Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${stateMachine.attrName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const policy = new ManagedPolicy(scope, 'Executions', {
    description: 'Starts runs and looks at how they stand',
    statements: [
      new PolicyStatement({
        actions: ['states:StartExecution'],
        resources: [stateMachine.attrArn],
      }),
      new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }),
    ],
  });
  acknowledge(
    policy,
    `AwsSolutions-IAM5[Resource::${flat(scope, executions)}]`,
    "Executions of this one state machine; their names are runs' ids",
  );
  for (const name of may.startRuns as FunctionName[]) policy.attachToRole(functions.of(name).role);
}

/** Finds and stops sandboxes that nobody waits for. */
function grantOrphans({ functions, cluster }: Granted): void {
  const { role } = functions.of('sweep');
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:StopTask'],
      resources: ['*'],
      conditions: { ArnEquals: { 'ecs:cluster': cluster.attrArn } },
    }),
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'ecs:ListTasks knows no task and tasks have names only once they run: all three are held by the cluster',
  );
}

/** An ARN as cdk-nag writes it. */
function flat(scope: Construct, arn: string): string {
  const resolved = Stack.of(scope).resolve(arn) as { 'Fn::Join'?: [string, unknown[]] } | string;
  if (typeof resolved === 'string') return resolved;
  return (resolved['Fn::Join']?.[1] ?? [])
    .map((part) => (typeof part === 'string' ? part : referred(part as Reference)))
    .join('');
}

type Reference = { readonly Ref?: string; readonly 'Fn::GetAtt'?: readonly [string, string] };

function referred({ Ref: ref, 'Fn::GetAtt': attribute }: Reference): string {
  return `<${ref ?? attribute?.join('.')}>`;
}
