import { type ISecurityGroup, type ISubnet, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import {
  type NetworkProps,
  pair,
  type SandboxNetwork,
  sandboxGroup,
  sandboxVpc,
} from './network.ts';

/**
 * Tier `dns`, for public repositories: public subnets, nothing in, 443 out, listed names only. It stops naive
 * exfiltration and unlisted names, not a connection to an address; there is nothing to steal in a sandbox but
 * a session with a budget.
 */
export class DnsNetwork extends Construct implements SandboxNetwork {
  readonly vpc: IVpc;
  readonly subnets: readonly [ISubnet, ISubnet];
  readonly securityGroup: ISecurityGroup;
  readonly assignPublicIp = 'ENABLED';

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.vpc = sandboxVpc(this, props, [
      { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
    ]);
    this.subnets = pair(this.vpc.publicSubnets);
    this.securityGroup = sandboxGroup(this, this.vpc);
  }
}
