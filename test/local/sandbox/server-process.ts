import { type ChildProcess, spawn } from 'node:child_process';
import type { SandboxKind } from '../../../lib/domain/run.ts';
import { attempt, generous, type Rig } from './rig.ts';

const entry = new URL('../../../lib/local/sandbox/local-sandboxes.ts', import.meta.url).href;

/** A server in a process of its own, so that it can be killed or run as another user. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** What it printed at its end: a JSON line with `ending`, `reaped` or `error`. */
  readonly answer: Promise<{ ending?: unknown; reaped?: number; error?: string }>;
}

/** Starts one sandbox of the rig in its own server, or reaps; `prefix` comes before `node`. */
export function serverProcess(
  rig: Rig,
  kind: SandboxKind,
  what: 'run' | 'reap',
  prefix: readonly string[] = [],
): ServerProcess {
  const { kindOf: _, log: __, ...options } = rig.options;
  const task = { attempt, bootCode: 'of-the-server-process', limits: generous };
  const call =
    what === 'run'
      ? `({ ending: await sandboxes.run({ ...${JSON.stringify(task)}, signal: new AbortController().signal }) })`
      : '({ reaped: await sandboxes.reap() })';
  const script = `
    const { localSandboxes } = await import(${JSON.stringify(entry)});
    const sandboxes = localSandboxes({ ...${JSON.stringify(options)}, kindOf: () => '${kind}' });
    try { console.log(JSON.stringify(await ${call})); }
    catch (error) { console.log(JSON.stringify({ error: error.name + ': ' + error.message })); }
  `;
  const [program = '', ...args] = [...prefix, rig.options.harness.node];
  const child = spawn(program, [...args, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const answer = new Promise<{ ending?: unknown; reaped?: number; error?: string }>((resolve) => {
    child.on('close', () => resolve(text === '' ? {} : JSON.parse(text)));
  });
  return { child, answer };
}
