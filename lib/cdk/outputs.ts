import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Deployment } from './deployment.ts';
import type { Granted } from './grants.ts';
import type { LogBucket } from './log-bucket.ts';
import type { SandboxNetwork } from './network.ts';
import type { Operators } from './operators.ts';
import { ProxiedNetwork } from './proxied-network.ts';
import type { Sandboxes } from './sandboxes.ts';

/** What the command line asks the stack for. */
export interface Told extends Granted {
  readonly deployment: Deployment;
  readonly operators: Operators;
  /** Where what was given up is kept. */
  readonly failures: IQueue;
  readonly logs: LogBucket;
  readonly webhookUrl: string;
  readonly gatewayUrl: string;
  readonly sandboxes: Sandboxes;
  readonly network: SandboxNetwork;
}

/** Says what was deployed, by names that stay. */
export function tellOutputs(stack: Stack, told: Told): void {
  const { network, deployment } = told;
  const values: Record<string, string> = {
    WebhookUrl: told.webhookUrl,
    GatewayUrl: told.gatewayUrl,
    TableName: told.table.table.tableName,
    LedgerBucket: told.ledger.bucket.bucketName,
    StateMachineArn: told.stateMachine.attrArn,
    ClusterArn: told.cluster.attrArn,
    SignerKeyId: told.signerKey.key.ref,
    AppKeyId: told.appKey.key.ref,
    WebhookSecretParameter: told.parameters.webhookSecret,
    AnthropicKeyParameter: told.parameters.anthropicKey,
    OpenaiKeyParameter: told.parameters.openaiKey,
    SandboxLogGroup: told.sandboxes.logs.logGroupName,
    WebhookSecretPreviousParameter: told.parameters.webhookSecretPrevious,
    GithubApi: deployment.githubApi,
    AppId: deployment.appId ?? 'none',
    MintFunction: told.functions.of('mint-read').function.functionName,
    FailuresQueue: told.failures.queueUrl,
    LogBucket: told.logs.bucket.bucketName,
    ReaderRoleArn: told.operators.reader.roleArn,
    OperatorRoleArn: told.operators.operator.roleArn,
    GatewayFunction: told.functions.of('gateway').function.functionName,
    SandboxSecurityGroup: network.securityGroup.securityGroupId,
    SandboxSubnets: network.subnets.map((subnet) => subnet.subnetId).join(','),
  };
  for (const [name, value] of Object.entries(values)) new CfnOutput(stack, name, { value });
  if (network instanceof ProxiedNetwork) tellProxied(stack, network);
}

/** What is needed to make the endpoints and the proxy while runs do. */
function tellProxied(stack: Stack, network: ProxiedNetwork): void {
  const values: Record<string, string> = {
    VpcId: network.vpc.vpcId,
    ProxySubnets: network.proxySubnets.map((subnet) => subnet.subnetId).join(','),
    ProxySecurityGroup: network.proxyGroup.securityGroupId,
    EndpointSecurityGroup: network.endpointGroup.securityGroupId,
  };
  for (const [name, value] of Object.entries(values)) new CfnOutput(stack, name, { value });
}
