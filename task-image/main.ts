import { type HarnessOptions, runHarness } from '../lib/agent/harness.ts';
import { Cancelled, ConfigInvalid } from '../lib/domain/errors.ts';

/** The outside world of the sandbox's first process. */
export interface Outside {
  readonly env: Record<string, string | undefined>;
  /** The life-line: when it ends, the launcher is gone. */
  readonly stdin: NodeJS.ReadableStream;
  readonly onSignal: (handler: () => void) => void;
  readonly log: (line: string) => void;
  readonly exit: (code: number) => void;
  readonly run: (options: HarnessOptions) => Promise<number>;
}

/** Milliseconds that tools are given to end before the process leaves anyhow. */
const patienceMs = 5_000;

/** Runs one stage and exits; stops it when the launcher is gone or says so. */
export async function main(outside: Outside): Promise<void> {
  const gone = new AbortController();
  const stop = () => {
    gone.abort(new Cancelled('the launcher ended the sandbox'));
    setTimeout(() => outside.exit(1), patienceMs).unref();
  };
  outside.stdin.once('end', stop).once('close', stop).once('error', stop).resume();
  outside.onSignal(stop);
  outside.exit(
    await outside.run({ ...readOptions(outside.env), signal: gone.signal, log: outside.log }),
  );
}

/** Takes the sandbox's settings out of the environment, so that no child of this process sees them. */
function readOptions(env: Outside['env']): Omit<HarnessOptions, 'signal' | 'log'> {
  const take = (name: string) => {
    const value = env[name];
    if (name.startsWith('ENTROPY_')) delete env[name];
    if (!value) throw new ConfigInvalid(`${name} is not set`);
    return value;
  };
  const { ENTROPY_TOOL_WRAPPER: wrapper, ENTROPY_PRIVATE: folder } = env;
  const options = {
    ...(wrapper ? { wrapper: argumentList(wrapper) } : {}),
    ...(folder ? { private: folder } : {}),
    gateway: take('ENTROPY_GATEWAY'),
    bootCode: take('ENTROPY_BOOT_CODE'),
    workspace: take('ENTROPY_WORKSPACE'),
    egress: take('ENTROPY_EGRESS') === 'gateway' ? ('gateway' as const) : ('open' as const),
    sandboxId: take('ENTROPY_SANDBOX_ID'),
    path: take('PATH'),
    home: take('HOME'),
    tmp: take('TMPDIR'),
    lang: env.LANG ?? 'C.UTF-8',
  };
  for (const name of Object.keys(env)) if (name.startsWith('ENTROPY_')) delete env[name];
  return options;
}

function argumentList(json: string): string[] {
  const list: unknown = JSON.parse(json);
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new ConfigInvalid('ENTROPY_TOOL_WRAPPER is not a JSON list of strings');
}

if (import.meta.main) {
  await main({
    env: process.env,
    stdin: process.stdin,
    onSignal: (handler) => void process.once('SIGTERM', handler).once('SIGINT', handler),
    log: (line) => void process.stderr.write(`${line}\n`),
    exit: (code) => process.exit(code),
    run: runHarness,
  });
}
