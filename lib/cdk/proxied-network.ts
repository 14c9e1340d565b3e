import { Aws } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  type NetworkProps,
  pair,
  type SandboxNetwork,
  sandboxGroup,
  sandboxVpc,
} from './network.ts';

/** Port that the proxy listens on. */
export const proxyPort = 3128;

/**
 * Tier `proxied`, for private repositories: subnets without a way out. What costs by the hour is not here:
 * while runs do, and no longer, our own code (`lib/services/keep-outlet.ts`) makes and removes
 *
 * - interface endpoints for `ecr.api`, `ecr.dkr` and `logs` in `subnets`, in the group `endpointGroup`;
 * - a proxy task in `proxySubnets`, in the group `proxyGroup`, that lets through CONNECT to `allow` alone.
 *
 * All that it needs to know of the network are these fields. Until both are there no sandbox can start, for
 * its image can't be pulled: what is missing fails closed.
 */
export class ProxiedNetwork extends Construct implements SandboxNetwork {
  readonly vpc: IVpc;
  readonly subnets: readonly [ISubnet, ISubnet];
  readonly securityGroup: ISecurityGroup;
  readonly assignPublicIp = 'DISABLED';
  /** For the proxy alone: it has the only way out. */
  readonly proxySubnets: readonly [ISubnet, ISubnet];
  /** Takes sandboxes on the proxy's port; HTTPS out. */
  readonly proxyGroup: ISecurityGroup;
  /** Takes sandboxes and the proxy on 443; nothing out. */
  readonly endpointGroup: ISecurityGroup;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.vpc = sandboxVpc(this, props, [
      { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED },
      { name: 'Proxy', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false, cidrMask: 28 },
    ]);
    this.subnets = pair(this.vpc.isolatedSubnets);
    this.proxySubnets = pair(this.vpc.publicSubnets);
    const sandbox = sandboxGroup(this, this.vpc);
    this.securityGroup = sandbox;
    this.proxyGroup = this.#proxyGroup(sandbox);
    this.endpointGroup = this.#endpointGroup(sandbox, this.proxyGroup);
    this.#layers();
  }

  #proxyGroup(sandbox: SecurityGroup): SecurityGroup {
    const group = new SecurityGroup(this, 'ProxyGroup', {
      vpc: this.vpc,
      description: 'The proxy: sandboxes in, HTTPS out',
      allowAllOutbound: false,
    });
    group.addIngressRule(sandbox, Port.tcp(proxyPort), 'Sandboxes');
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS');
    sandbox.addEgressRule(group, Port.tcp(proxyPort), 'The proxy');
    return group;
  }

  /**
   * The endpoints' private names hold in the whole network, for the proxy's task too: it pulls its image and writes its
   * log by them while they stand. Layers it has from S3 by its own way out.
   */
  #endpointGroup(sandbox: SecurityGroup, proxy: ISecurityGroup): SecurityGroup {
    const group = new SecurityGroup(this, 'EndpointGroup', {
      vpc: this.vpc,
      description: 'Interface endpoints: sandboxes and the proxy in, nothing out',
      allowAllOutbound: false,
    });
    group.addIngressRule(sandbox, Port.tcp(443), 'Sandboxes');
    group.addIngressRule(proxy, Port.tcp(443), 'The proxy');
    return group;
  }

  /** Image layers come from S3. The endpoint leads to ECR's own bucket and to nobody else's. */
  #layers(): void {
    const endpoint = this.vpc.addGatewayEndpoint('S3', {
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnetType: SubnetType.PRIVATE_ISOLATED }],
    });
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [`arn:${Aws.PARTITION}:s3:::prod-${Aws.REGION}-starport-layer-bucket/*`],
      }),
    );
  }
}
