import {
  FlowLogDestination,
  FlowLogTrafficType,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetConfiguration,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { DnsFirewall } from './dns-firewall.ts';

/** What a network is made from, in either tier. */
export interface NetworkProps {
  /** Hosts that a sandbox may look up, the gateway's and the platform's among them. */
  readonly allow: readonly string[];
  /** Where flow logs go. */
  readonly logs: IBucket;
}

/** What the lifecycle needs to put a sandbox into a network. */
export interface SandboxNetwork {
  readonly vpc: IVpc;
  readonly subnets: readonly [ISubnet, ISubnet];
  readonly securityGroup: ISecurityGroup;
  readonly assignPublicIp: 'ENABLED' | 'DISABLED';
}

/**
 * What both tiers have: two zones, no NAT gateway, flow logs, and a resolver that answers for listed names
 * alone.
 */
export function sandboxVpc(
  scope: Construct,
  { allow, logs }: NetworkProps,
  subnetConfiguration: SubnetConfiguration[],
): IVpc {
  const vpc: IVpc = new Vpc(scope, 'Vpc', {
    maxAzs: 2,
    natGateways: 0,
    subnetConfiguration,
    // It would take a function of its own; nothing is ever put into the default group.
    restrictDefaultSecurityGroup: false,
    flowLogs: {
      All: {
        destination: FlowLogDestination.toS3(logs, 'flows'),
        trafficType: FlowLogTrafficType.ALL,
      },
    },
  }) as IVpc;
  new DnsFirewall(scope, 'DnsFirewall', { vpc, allow });
  return vpc;
}

/** A sandbox's group: nothing comes in, and only HTTPS goes out. The resolver is not subject to it. */
export function sandboxGroup(scope: Construct, vpc: IVpc): SecurityGroup {
  const group = new SecurityGroup(scope, 'Sandbox', {
    vpc,
    description: 'Sandboxes: nothing in, HTTPS out',
    allowAllOutbound: false,
  });
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS');
  return group;
}

/** The two subnets of a kind. Throws where the network has fewer: a template that can't be deployed. */
export function pair(subnets: readonly ISubnet[]): readonly [ISubnet, ISubnet] {
  const [first, second] = subnets;
  if (first === undefined || second === undefined) throw new Error('two zones are needed');
  return [first, second];
}
