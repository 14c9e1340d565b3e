import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnCluster, CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { type IRole, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { environmentNames as names } from '../aws/environment-names.ts';
import { acknowledge } from './acknowledge.ts';
import { deploymentTag } from './deployment.ts';
import type { Functions } from './functions.ts';
import { type ProxiedNetwork, proxyPort } from './proxied-network.ts';
import type { CpuArchitecture, SandboxImage } from './sandbox-image.ts';

/** What endpoints and proxy of tier `proxied` are made from. */
export interface OutletProps {
  readonly deployment: string;
  readonly network: ProxiedNetwork;
  readonly image: SandboxImage;
  readonly architecture: CpuArchitecture;
  readonly executionRole: IRole;
  /** Hosts that the proxy lets through: the gateway, and what set-up needs. */
  readonly allow: readonly string[];
  /** Most hours that they may stand in a month. */
  readonly hours: number;
  readonly functions: Functions;
}

/** Who makes and removes them: the one that starts runs, and the one that looks after what is over. */
const keepers = ['dispatch', 'sweep'] as const;

/**
 * What our own code needs to make endpoints and proxy while runs do: a definition of the proxy's task, a cluster that
 * sandboxes are not in, and who may do it. All of it costs nothing; what costs is not in the template.
 */
export class Outlet extends Construct {
  /** The proxy's; sandboxes are not in it. */
  readonly cluster: CfnCluster;

  constructor(scope: Construct, id: string, props: OutletProps) {
    super(scope, id);
    const cluster = new CfnCluster(this, 'Cluster');
    this.cluster = cluster;
    acknowledge(
      cluster,
      'AwsSolutions-ECS4',
      'One small proxy that is there for hours: its log says what there is to know',
    );
    const task = this.#task(props);
    const policy = this.#policy(props, cluster, task);
    for (const name of keepers) policy.attachToRole(props.functions.of(name).role);
    const { network } = props;
    const [subnet, proxySubnet] = [network.subnets[0].subnetId, network.proxySubnets[0].subnetId];
    const { deployment, hours } = props;
    props.functions.tell(keepers, {
      [names.outlet]: Stack.of(this).toJsonString({
        ...{ deployment, hours, region: Stack.of(this).region },
        endpoints: {
          vpc: network.vpc.vpcId,
          subnet,
          securityGroup: network.endpointGroup.securityGroupId,
        },
        proxy: {
          cluster: cluster.attrArn,
          taskDefinition: task.ref,
          subnet: proxySubnet,
          securityGroup: network.proxyGroup.securityGroupId,
          port: proxyPort,
        },
      }),
    });
  }

  #task({ deployment, image, architecture, executionRole, allow }: OutletProps): CfnTaskDefinition {
    const logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logs.grantWrite(executionRole);
    const task = new CfnTaskDefinition(this, 'Proxy', {
      family: `${deployment}-proxy`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      runtimePlatform: { cpuArchitecture: architecture, operatingSystemFamily: 'LINUX' },
      cpu: '256',
      memory: '512',
      executionRoleArn: executionRole.roleArn,
      containerDefinitions: [
        {
          name: 'proxy',
          image: image.uri,
          essential: true,
          user: '10001:10001',
          privileged: false,
          readonlyRootFilesystem: true,
          linuxParameters: { capabilities: { drop: ['ALL'] } },
          entryPoint: [
            '/usr/bin/tini',
            '-s',
            '--',
            '/usr/local/bin/node',
            '/opt/entropy/bin/proxy.mjs',
          ],
          environment: [{ name: 'ENTROPY_ALLOW', value: allow.join(',') }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': logs.logGroupName,
              'awslogs-region': Stack.of(this).region,
              'awslogs-stream-prefix': 'proxy',
            },
          },
        },
      ],
    });
    acknowledge(
      task,
      'AwsSolutions-ECS2',
      'The one value is a list of host names, which is no secret',
    );
    return task;
  }

  /** Endpoints and tasks have names only once they are made: they are held by the deployment's tag, and by the cluster. */
  #policy(props: OutletProps, cluster: CfnCluster, task: CfnTaskDefinition): ManagedPolicy {
    const { deployment, executionRole, network } = props;
    const { region } = Stack.of(this);
    const tagged = { StringEquals: { [`aws:ResourceTag/${deploymentTag}`]: deployment } };
    const tagging = { StringEquals: { [`aws:RequestTag/${deploymentTag}`]: deployment } };
    const ofCluster = { ArnEquals: { 'ecs:cluster': cluster.attrArn } };
    const to = (actions: string[], conditions?: Record<string, Record<string, string>>) =>
      new PolicyStatement({ actions, resources: ['*'], ...(conditions ? { conditions } : {}) });
    const policy = new ManagedPolicy(this, 'Keepers', {
      description: 'Makes and removes endpoints and proxy of this deployment',
      statements: [
        to(['ec2:DescribeVpcEndpoints']),
        // Of a call that makes an endpoint, the endpoint has the tag of the request; network and groups have their own.
        to(['ec2:CreateVpcEndpoint'], tagging),
        to(['ec2:CreateVpcEndpoint', 'ec2:DeleteVpcEndpoints'], tagged),
        to(['ec2:CreateTags'], { StringEquals: { 'ec2:CreateAction': 'CreateVpcEndpoint' } }),
        to(['ec2:CreateTags'], tagged),
        // Private names of an endpoint stand in a zone that the service keeps.
        to(['route53:AssociateVPCWithHostedZone'], {
          StringEquals: { 'route53:VPCs': `VPCId=${network.vpc.vpcId},VPCRegion=${region}` },
        }),
        to(['ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:StopTask'], ofCluster),
        // It knows no cluster: a task is tagged as it is started, or is the deployment's own by its tag.
        to(['ecs:TagResource'], {
          StringEquals: { 'ecs:CreateAction': 'RunTask', ...tagging.StringEquals },
        }),
        to(['ecs:TagResource'], tagged),
        new PolicyStatement({
          actions: ['ecs:RunTask'],
          resources: [task.ref],
          conditions: ofCluster,
        }),
        new PolicyStatement({
          actions: ['iam:PassRole'],
          resources: [executionRole.roleArn],
          conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
        }),
      ],
    });
    acknowledge(
      policy,
      'AwsSolutions-IAM5[Resource::*]',
      "Endpoints and tasks have names only once they are made: they are held by the deployment's tag, and by the cluster",
    );
    return policy;
  }
}
