import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { environmentNames as names } from '../aws/environment-names.ts';
import type { RoleName } from '../domain/stage.ts';
import { acknowledge } from './acknowledge.ts';
import type { CpuArchitecture, SandboxImage } from './sandbox-image.ts';
import type { TaskSize } from './sandbox-roles.ts';

/** What one role's task is made from. */
export interface SandboxTaskProps {
  readonly deployment: string;
  readonly role: RoleName;
  readonly size: TaskSize;
  readonly image: SandboxImage;
  readonly architecture: CpuArchitecture;
  readonly gateway: string;
  readonly executionRole: IRole;
  readonly logs: ILogGroup;
}

/** The container that the lifecycle's overrides name. */
const sandboxContainer = 'sandbox';
/** Seconds between SIGTERM and SIGKILL: the most that Fargate gives, and what Spot gives notice of. */
const stopTimeout = 120;
/** The only places that can be written to. */
const volumes = { workspace: '/workspace', tmp: '/tmp' };
/** The image's user for the harness; it starts tools as another, and nothing in the image runs as root. */
const user = '10001:10001';
/**
 * All that Fargate would leave a container but SETUID and SETGID: by a program that only the harness may start,
 * these let it start tools as their own user.
 */
const dropped = [
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD'],
  ...['NET_BIND_SERVICE', 'NET_RAW', 'SETFCAP', 'SETPCAP', 'SYS_CHROOT'],
];

/**
 * One role's task definition: no task role, so there are no credentials to find; no secrets; a root
 * filesystem that can't be written to. What a stage needs beside comes in overrides that are worth nothing
 * once they are used.
 */
export class SandboxTask extends Construct {
  readonly definition: CfnTaskDefinition;

  constructor(scope: Construct, id: string, props: SandboxTaskProps) {
    super(scope, id);
    this.definition = new CfnTaskDefinition(this, 'Definition', {
      family: `${props.deployment}-${props.role}`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      runtimePlatform: { cpuArchitecture: props.architecture, operatingSystemFamily: 'LINUX' },
      cpu: String(props.size.cpu),
      memory: String(props.size.memory),
      executionRoleArn: props.executionRole.roleArn,
      volumes: Object.keys(volumes).map((name) => ({ name })),
      containerDefinitions: [this.#container(props)],
    });
    // Runs that began before a deployment go on with the revision they began with.
    this.definition.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.definition.cfnOptions.updateReplacePolicy = 'Retain' as never;
    acknowledge(
      this.definition,
      'AwsSolutions-ECS2',
      'The values are an address and two words; a test holds that there is nothing secret among them',
    );
  }

  #container({ image, gateway, role, logs }: SandboxTaskProps) {
    const environment = {
      [names.gateway]: gateway,
      [names.egress]: 'open',
      [names.workspace]: volumes.workspace,
    };
    return {
      name: sandboxContainer,
      image: image.uri,
      essential: true,
      user,
      privileged: false,
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: dropped } },
      mountPoints: Object.entries(volumes).map(([sourceVolume, containerPath]) => ({
        sourceVolume,
        containerPath,
        readOnly: false,
      })),
      environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
      stopTimeout,
      ulimits: [{ name: 'nofile', softLimit: 16_384, hardLimit: 16_384 }],
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': logs.logGroupName,
          'awslogs-region': Stack.of(this).region,
          'awslogs-stream-prefix': role,
          // A log that can't be written must not hold up a stage.
          mode: 'non-blocking',
          'max-buffer-size': '4m',
        },
      },
    };
  }
}
