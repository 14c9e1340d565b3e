import { describe, expect, test } from '@jest/globals';
import { sandboxRoles } from '../../lib/cdk/sandbox-roles.ts';
import { allowedTo } from './policies.ts';
import { imageUri, synthesized } from './synthesized.ts';

const dns = synthesized();
const tasks = dns.of('AWS::ECS::TaskDefinition');

test('every role has a task definition, and there is no other', () => {
  expect(tasks.map(([, each]) => each.Properties.Family).sort()).toEqual(
    sandboxRoles.map(({ role }) => `entropy-${role}`).sort(),
  );
});

describe.each(tasks)('%s', (_id, { Properties, UpdateReplacePolicy }) => {
  const [container] = Properties.ContainerDefinitions;

  test('has no credentials to find', () => {
    expect(Properties).not.toHaveProperty('TaskRoleArn');
    expect(Properties.ContainerDefinitions).toHaveLength(1);
    for (const name of ['Secrets', 'EnvironmentFiles', 'RepositoryCredentials']) {
      expect(container).not.toHaveProperty(name);
    }
    expect(container.Environment.map(({ Name }: { Name: string }) => Name).sort()).toEqual([
      'ENTROPY_EGRESS',
      'ENTROPY_GATEWAY',
      'ENTROPY_WORKSPACE',
    ]);
  });

  test('runs one known image, not as root, and writes to its two folders alone', () => {
    expect(container).toMatchObject({
      Name: 'sandbox',
      Image: imageUri,
      User: '10001:10001',
      Privileged: false,
      ReadonlyRootFilesystem: true,
      LinuxParameters: { InitProcessEnabled: true },
      MountPoints: [
        { ContainerPath: '/workspace', ReadOnly: false, SourceVolume: 'workspace' },
        { ContainerPath: '/tmp', ReadOnly: false, SourceVolume: 'tmp' },
      ],
    });
    expect(Properties.Volumes).toEqual([{ Name: 'workspace' }, { Name: 'tmp' }]);
  });

  test('gives up every capability that Fargate leaves but those to change users', () => {
    const left = [
      ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD'],
      ...['NET_BIND_SERVICE', 'NET_RAW', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
    ];
    const { Drop, Add } = container.LinuxParameters.Capabilities;
    expect(left.filter((name) => !Drop.includes(name))).toEqual(['SETGID', 'SETUID']);
    expect(Add).toBeUndefined();
  });

  test('has two minutes to leave, and a log that can hold nothing up', () => {
    expect(container.StopTimeout).toBe(120);
    expect(container.LogConfiguration).toMatchObject({
      LogDriver: 'awslogs',
      Options: { mode: 'non-blocking' },
    });
    const group = container.LogConfiguration.Options['awslogs-group'].Ref;
    expect(dns.resources[group]?.Properties.RetentionInDays).toBe(14);
  });

  test('is a size that Fargate has', () => {
    const memoryOf: Record<number, number[]> = {
      256: [512, 1024, 2048],
      512: [1024, 2048, 3072, 4096],
      1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
    };
    expect(memoryOf[Properties.Cpu]).toContain(Number(Properties.Memory));
    expect(Properties.RuntimePlatform).toEqual({
      CpuArchitecture: 'ARM64',
      OperatingSystemFamily: 'LINUX',
    });
  });

  test('stays for the runs that began with it', () => {
    expect(UpdateReplacePolicy).toBe('Retain');
  });
});

test('a size can be another', () => {
  const sizes = { coder: { cpu: 2048, memory: 8192 } };
  const made = synthesized({ sizes }).of('AWS::ECS::TaskDefinition');
  const sized = made.map(([, { Properties: p }]) => [p.Family, p.Cpu, p.Memory]);
  expect(sized).toContainEqual(['entropy-coder', '2048', '8192']);
  expect(sized).toContainEqual(['entropy-reviewer', '512', '2048']);
});

test('nobody can step into a sandbox', () => {
  expect(dns.only('AWS::ECS::Cluster')).toMatchObject({
    CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    Configuration: { ExecuteCommandConfiguration: { Logging: 'NONE' } },
  });
  expect(JSON.stringify(dns.only('AWS::StepFunctions::StateMachine').DefinitionString)).not.toMatch(
    /EnableExecuteCommand\\*": *true/,
  );
  expect(JSON.stringify(dns.of('AWS::IAM::Policy'))).not.toContain('ssmmessages');
});

test('what starts a sandbox may pull its image and write its log, and no more', () => {
  const [[role = ''] = []] = dns
    .of('AWS::IAM::Role')
    .filter(([id]) => id.startsWith('SandboxesExecutionRole'));
  const actions = allowedTo(role, dns).flatMap((each) => each.actions);
  expect(actions.sort()).toEqual([
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]);
});
