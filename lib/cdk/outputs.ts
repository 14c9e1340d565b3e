import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { outputsParameter } from '../aws/outputs-parameter.ts';
import type { Deployment } from './deployment.ts';
import type { Granted } from './grants.ts';
import type { LogBucket } from './log-bucket.ts';
import type { SandboxNetwork } from './network.ts';
import type { Operators } from './operators.ts';
import type { Outlet } from './outlet.ts';
import { ProxiedNetwork } from './proxied-network.ts';
import type { Sandboxes } from './sandboxes.ts';

/** What the command line asks the stack for. */
export interface Told extends Granted {
  readonly deployment: Deployment;
  readonly operators: Operators;
  readonly logs: LogBucket;
  readonly webhookUrl: string;
  readonly gatewayUrl: string;
  readonly sandboxes: Sandboxes;
  readonly network: SandboxNetwork;
  /** Tier `proxied` alone has one. */
  readonly outlet?: Outlet;
}

/** Says what was deployed, by names that stay: as outputs, and in a parameter for those who may not ask for a stack. */
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
    CompatibleKeyParameter: told.parameters.compatibleKey,
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
  if (network instanceof ProxiedNetwork) Object.assign(values, toldOfProxied(network));
  if (told.outlet !== undefined) values.ProxyCluster = told.outlet.cluster.attrArn;
  for (const [name, value] of Object.entries(values)) new CfnOutput(stack, name, { value });
  new StringParameter(stack, 'Outputs', {
    parameterName: outputsParameter(deployment.name),
    description: 'What the deployment is made of, for the command line',
    stringValue: stack.toJsonString(values),
  });
}

/** What is needed to make the endpoints and the proxy while runs do. */
function toldOfProxied(network: ProxiedNetwork): Record<string, string> {
  return {
    VpcId: network.vpc.vpcId,
    ProxySubnets: network.proxySubnets.map((subnet) => subnet.subnetId).join(','),
    ProxySecurityGroup: network.proxyGroup.securityGroupId,
    EndpointSecurityGroup: network.endpointGroup.securityGroupId,
  };
}
