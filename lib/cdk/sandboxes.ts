import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { RoleName } from '../domain/stage.ts';
import { acknowledge } from './acknowledge.ts';
import { type CpuArchitecture, grantPull, type SandboxImage } from './sandbox-image.ts';
import { type SandboxRole, sandboxRoles, type TaskSize } from './sandbox-roles.ts';
import { SandboxTask } from './sandbox-task.ts';

/** What sandboxes are made from. */
export interface SandboxesProps {
  /** Sets the deployment's tasks apart from others of the account. */
  readonly deployment: string;
  readonly image: SandboxImage;
  readonly architecture: CpuArchitecture;
  /** Sizes by role, where they are others than by default. */
  readonly sizes?: Readonly<Partial<Record<RoleName, TaskSize>>>;
  /** Base URL of the gateway as a sandbox reaches it. */
  readonly gateway: string;
}

/** Where stages run: a cluster that costs nothing while it is empty, and a task definition a role. */
export class Sandboxes extends Construct {
  readonly cluster: CfnCluster;
  readonly logs: LogGroup;
  /** Pulls the image and opens the log; what runs inside never has it. */
  readonly executionRole: Role;
  readonly tasks: ReadonlyMap<SandboxRole['placeholder'], SandboxTask>;

  constructor(scope: Construct, id: string, props: SandboxesProps) {
    super(scope, id);
    this.cluster = new CfnCluster(this, 'Cluster', {
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      configuration: { executeCommandConfiguration: { logging: 'NONE' } },
    });
    acknowledge(
      this.cluster,
      'AwsSolutions-ECS4',
      'Container Insights costs more than the sandboxes do; the gateway keeps what matters of each stage',
    );
    this.logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.executionRole = this.#executionRole(props.image);
    this.tasks = new Map(
      sandboxRoles.map((each) => [
        each.placeholder,
        new SandboxTask(this, each.role, {
          ...props,
          role: each.role,
          size: props.sizes?.[each.role] ?? each.size,
          executionRole: this.executionRole,
          logs: this.logs,
        }),
      ]),
    );
  }

  #executionRole(image: SandboxImage): Role {
    const role = new Role(this, 'ExecutionRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: "Pulls the sandboxes' image and writes their logs",
    });
    this.logs.grantWrite(role);
    grantPull(role, image);
    if (image.repositoryArn !== undefined) {
      acknowledge(
        role,
        'AwsSolutions-IAM5[Resource::*]',
        'ecr:GetAuthorizationToken knows no resource; what may be pulled with the token is named beside it',
      );
    }
    return role;
  }
}
