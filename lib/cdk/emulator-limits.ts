import {
  CfnResource,
  CliCredentialsStackSynthesizer,
  type IStackSynthesizer,
  type Stack,
} from 'aws-cdk-lib';

/**
 * What a LocalStack-compatible endpoint refuses, so that the whole stack would fail. It stands behind this one
 * list; what an account gets of it is held by tests of the template.
 */
export const refusedTypes: ReadonlySet<string> = new Set([
  'AWS::Budgets::Budget',
  'AWS::EC2::FlowLog',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::Route53Resolver::FirewallDomainList',
  'AWS::Route53Resolver::FirewallRuleGroup',
  'AWS::Route53Resolver::FirewallRuleGroupAssociation',
]);

/** Keys of conditions that an emulator knows no value for, so that whatever they allow would be denied. */
const unknownKeys = ['ecs:cluster'];

/** Where each type keeps its policy. */
const policyOf: Readonly<Record<string, string>> = {
  'AWS::IAM::Policy': 'policyDocument',
  'AWS::IAM::ManagedPolicy': 'policyDocument',
  'AWS::KMS::Key': 'keyPolicy',
  'AWS::S3::BucketPolicy': 'policyDocument',
  'AWS::SNS::TopicPolicy': 'policyDocument',
  'AWS::SQS::QueuePolicy': 'policyDocument',
};

/** Deploys with the caller's own credentials: an emulator's roles for publishing don't let their caller in. */
export function emulatorSynthesizer(): IStackSynthesizer {
  return new CliCredentialsStackSynthesizer() as IStackSynthesizer;
}

/** Makes of a stack what an emulator takes. Called last; nothing that stays refers to what goes. */
export function fitToEmulator(stack: Stack): void {
  for (const found of stack.node.findAll()) {
    if (!CfnResource.isCfnResource(found)) continue;
    if (refusedTypes.has(found.cfnResourceType)) {
      found.node.scope?.node.tryRemoveChild(found.node.id);
      continue;
    }
    const property = policyOf[found.cfnResourceType];
    if (property !== undefined) adapt(found as never, property, stack);
  }
}

interface Statement {
  readonly Action?: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function adapt(holder: Record<string, unknown>, property: string, stack: Stack): void {
  const policy = stack.resolve(holder[property]) as { readonly Statement: readonly Statement[] };
  holder[property] = { ...policy, Statement: policy.Statement.filter(isMet).map(adapted) };
}

/** Whether it can be met where there is no TLS: an emulator listens on loopback. */
function isMet({ Condition: condition }: Statement): boolean {
  return condition?.Bool?.['aws:SecureTransport'] === undefined;
}

/**
 * AWS holds each of the names that GetParameters is asked for against the resources
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html); an emulator may hold `*`.
 */
function withAnyParameter(statement: Statement): Statement {
  const reads = [statement.Action ?? []].flat().includes('ssm:GetParameters');
  return reads ? { ...statement, Resource: '*' } : statement;
}

function adapted(given: Statement): Statement {
  const statement = withAnyParameter(given);
  if (statement.Condition === undefined) return statement;
  const conditions = Object.entries(statement.Condition).map(([operator, values]) => [
    operator,
    Object.fromEntries(
      Object.entries(values)
        .filter(([key]) => !unknownKeys.includes(key))
        .map(([key, value]) => [key, key === 'aws:PrincipalArn' ? withSessions(value) : value]),
    ),
  ]);
  return { ...statement, Condition: Object.fromEntries(conditions) };
}

/**
 * AWS gives a role's own ARN as `aws:PrincipalArn` of its sessions
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn);
 * an emulator may give the session's.
 */
function withSessions(value: unknown): unknown[] {
  const arns = [value].flat();
  const sessions = arns.flatMap((arn) => {
    const [role] = (arn as { 'Fn::GetAtt'?: string[] })['Fn::GetAtt'] ?? [];
    const session = `arn:aws:sts::\${AWS::AccountId}:assumed-role/\${${role}}/*`;
    return role === undefined ? [] : [{ 'Fn::Sub': session }];
  });
  return [...arns, ...sessions];
}
