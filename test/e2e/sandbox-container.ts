import { type ChildProcess, spawn } from 'node:child_process';
import { sandboxImage } from '../../lib/config.ts';

/** What Fargate leaves a container, less what the task definition drops: SETUID and SETGID. */
const kept = ['--cap-drop', 'ALL', '--cap-add', 'SETUID', '--cap-add', 'SETGID'];

/** A sandbox's container on the host's network, hardened as its task definition has it. */
export function startSandbox(
  env: Readonly<Record<string, string>>,
  image = sandboxImage,
): {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly said: () => string;
  readonly name: string;
} {
  const name = `entropy-test-${crypto.randomUUID()}`;
  const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  const options = ['--rm', '--read-only', '--init', '--network', 'host', '--name', name];
  const limits = ['--memory', '2g', '--volume', '/workspace', '--volume', '/tmp'];
  const child = spawn('docker', ['run', ...options, ...kept, ...limits, ...variables, image]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, said: () => said, name };
}
