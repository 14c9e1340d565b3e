import { StopTaskCommand } from '@aws-sdk/client-ecs';
import { CreateFunctionUrlConfigCommand } from '@aws-sdk/client-lambda';
import { exitOf, functionOf, startTask, taskAt, taskOf } from '../probe-tools.ts';
import type { Probe } from './probe.ts';

/** ECS. */
export const taskContainers: Readonly<Record<string, Probe>> = {
  'ecs-read-only-root': async (on) =>
    (await exitOf(on, 'touch /opt/x || exit 7', { readonlyRootFilesystem: true })) === 7,

  'ecs-empty-volume': async (on) => {
    const mounted = {
      readonlyRootFilesystem: true,
      mountPoints: [{ sourceVolume: 'work', containerPath: '/opt', readOnly: false }],
    };
    const script = 'touch /usr/x 2>/dev/null && exit 1; touch /opt/x && exit 7';
    return (await exitOf(on, script, mounted, { volumes: [{ name: 'work' }] })) === 7;
  },

  'ecs-user': async (on) =>
    (await exitOf(on, '[ "$(id -u):$(id -g)" = 10001:10001 ] && exit 7', {
      user: '10001:10001',
    })) === 7,

  'ecs-init': async (on) => {
    const linuxParameters = { initProcessEnabled: true };
    return (await exitOf(on, '[ $$ != 1 ] && exit 7', { linuxParameters })) === 7;
  },

  'ecs-dropped-capabilities': async (on) => {
    const linuxParameters = { capabilities: { drop: ['NET_RAW'] } };
    // Bit 13.
    const script =
      'caps=0x$(grep CapBnd /proc/self/status | cut -f2); [ $((caps >> 13 & 1)) = 0 ] && exit 7';
    return (await exitOf(on, script, { linuxParameters })) === 7;
  },

  'ecs-memory': async (on) => {
    const files = '/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes';
    return (await exitOf(on, `[ "$(cat ${files} 2>/dev/null)" = 536870912 ] && exit 7`)) === 7;
  },

  'ecs-no-credentials-without-a-task-role': async (on) =>
    (await exitOf(on, 'env | grep -qE "AWS_CONTAINER_|AWS_ENDPOINT" || exit 7')) === 7,

  'ecs-stop-timeout': async (on) => {
    const script = 'trap "sleep 7; exit 42" TERM; touch /tmp/up; while :; do sleep 0.2; done';
    const task = await startTask(on, await taskOf(on, script, { stopTimeout: 30 }));
    await taskAt(on, task, 'RUNNING');
    // The shell needs a moment to set its trap.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await on.ecs.send(new StopTaskCommand({ task, reason: 'a probe' }));
    const stopped = await taskAt(on, task, 'STOPPED');
    const { stopCode, stoppedReason, containers = [] } = stopped;
    return (
      containers[0]?.exitCode === 42 && stopCode === 'UserInitiated' && stoppedReason === 'a probe'
    );
  },

  'ecs-function-url': async (on) => {
    const FunctionName = await functionOf(on, "export const handler = async () => 'hello';");
    const made = await on.lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' }),
    );
    const script =
      'fetch(process.env.GATEWAY + "x").then((r) => r.text()).then((text) => process.exit(text.includes("hello") ? 7 : 1), () => process.exit(2))';
    const environment = [{ name: 'GATEWAY', value: made.FunctionUrl ?? '' }];
    return (await exitOf(on, `timeout 20 node -e '${script}'`, { environment })) === 7;
  },
};
