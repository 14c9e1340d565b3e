import { type HarnessOptions, runHarness } from '../lib/agent/harness.ts';
import { makePrivateFolder } from '../lib/agent/tools-user.ts';
import { Cancelled, ConfigInvalid, StageLost } from '../lib/domain/errors.ts';

/** The outside world of the sandbox's first process. */
export interface Outside {
  readonly env: Record<string, string | undefined>;
  /** The life-line, where it is one: when it ends, the launcher is gone. */
  readonly stdin: NodeJS.ReadableStream;
  readonly onSignal: (handler: () => void) => void;
  readonly log: (line: string) => void;
  readonly exit: (code: number) => void;
  readonly run: (options: HarnessOptions) => Promise<number>;
}

/**
 * Milliseconds from the call to stop until the process leaves anyhow: for tools to end, and in a container to
 * report too, within the two minutes that Fargate gives.
 */
const patienceMs = { stdin: 5_000, none: 100_000 };

/** Runs one stage and exits; stops it when the launcher is gone or says so. */
export async function main(outside: Outside): Promise<void> {
  const { lifeLine, bootCode: given, ...options } = readOptions(outside.env);
  const gone = new AbortController();
  const stopFor = (reason: Error) => () => {
    gone.abort(reason);
    setTimeout(() => outside.exit(1), patienceMs[lifeLine]).unref();
  };
  if (lifeLine === 'stdin') {
    const stop = stopFor(new Cancelled('the launcher ended the sandbox'));
    outside.stdin.once('end', stop).once('close', stop).once('error', stop).resume();
    outside.onSignal(stop);
  } else {
    // A machine that is taken away, say: not the stage's fault, and a fresh attempt may do better.
    outside.onSignal(stopFor(new StageLost('the container was told to stop')));
  }
  const bootCode = given ?? (await firstLine(outside.stdin));
  outside.exit(await outside.run({ ...options, bootCode, signal: gone.signal, log: outside.log }));
}

interface Settings extends Omit<HarnessOptions, 'signal' | 'log' | 'bootCode'> {
  readonly lifeLine: keyof typeof patienceMs;
  /** Undefined where it is the first line of standard input. */
  readonly bootCode: string | undefined;
}

/** Characters that a boot code has at most. */
const longestCode = 1_000;

/**
 * The boot code, where the environment is for others to see, as a container's is for whoever may ask the engine. Throws
 * `ConfigInvalid` where none comes.
 */
function firstLine(stdin: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const none = () => reject(new ConfigInvalid('no boot code came by standard input'));
    const take = (chunk: Buffer | string) => {
      text += chunk.toString();
      const [line = '', rest] = text.split('\n', 2);
      if (rest === undefined && text.length <= longestCode) return;
      stdin.off('data', take).off('end', none).off('close', none);
      stdin.resume();
      if (rest === undefined || line === '') none();
      else resolve(line);
    };
    stdin.on('data', take).once('end', none).once('close', none);
  });
}

/** Takes the sandbox's settings out of the environment, so that no child of this process sees them. */
function readOptions(env: Outside['env']): Settings {
  const given = (name: string) => {
    const value = env[name];
    if (name.startsWith('ENTROPY_')) delete env[name];
    return value || undefined;
  };
  const take = (name: string) => {
    const value = given(name);
    if (value === undefined) throw new ConfigInvalid(`${name} is not set`);
    return value;
  };
  const lifeLine = lifeLineOf(take('ENTROPY_LIFE_LINE'));
  const tmp = take('TMPDIR');
  const wrapper = given('ENTROPY_TOOL_WRAPPER');
  const options = {
    lifeLine,
    ...(wrapper ? { wrapper: argumentList(wrapper) } : {}),
    ...toolsUserOf(given('ENTROPY_TOOLS_USER'), given('ENTROPY_PRIVATE'), tmp),
    ...extraOf(env, given('ENTROPY_TOOL_ENVIRONMENT')),
    ...proxyOf(given('ENTROPY_PROXY')),
    ...programsOf(given('ENTROPY_ENGINES')),
    gateway: take('ENTROPY_GATEWAY'),
    bootCode: lifeLine === 'stdin' ? given('ENTROPY_BOOT_CODE') : take('ENTROPY_BOOT_CODE'),
    workspace: take('ENTROPY_WORKSPACE'),
    egress: take('ENTROPY_EGRESS') === 'gateway' ? ('gateway' as const) : ('open' as const),
    sandboxId: take('ENTROPY_SANDBOX_ID'),
    path: take('PATH'),
    home: take('HOME'),
    tmp,
    lang: env.LANG ?? 'C.UTF-8',
  };
  for (const name of Object.keys(env)) if (name.startsWith('ENTROPY_')) delete env[name];
  return options;
}

function lifeLineOf(text: string): Settings['lifeLine'] {
  if (text === 'stdin' || text === 'none') return text;
  throw new ConfigInvalid('ENTROPY_LIFE_LINE must be stdin or none');
}

function proxyOf(proxy: string | undefined) {
  return proxy === undefined ? {} : { proxy };
}

function argumentList(json: string): string[] {
  const list: unknown = JSON.parse(json);
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new ConfigInvalid('ENTROPY_TOOL_WRAPPER is not a JSON list of strings');
}

/** Tools of another user leave alone what is the harness's; without one, a folder is private by the wrapper's doing. */
function toolsUserOf(user: string | undefined, folder: string | undefined, tmp: string) {
  if (user === undefined) return folder === undefined ? {} : { private: folder };
  if (!/^[1-9]\d*$/.test(user)) {
    throw new ConfigInvalid('ENTROPY_TOOLS_USER is not the number of a user other than root');
  }
  return { toolsUser: Number(user), private: folder ?? makePrivateFolder(tmp) };
}

/** A JSON object of paths; an image may name its own. */
function programsOf(json: string | undefined) {
  const given: unknown = json === undefined ? {} : JSON.parse(json);
  const paths = typeof given === 'object' && given !== null ? Object.values(given) : [undefined];
  if (paths.every((path) => typeof path === 'string')) {
    return { programs: given as Record<string, string> };
  }
  throw new ConfigInvalid('ENTROPY_ENGINES is not a JSON object of paths');
}

/** Variables of an image that tools need: `JAVA_HOME RUSTUP_HOME`. */
function extraOf(env: Outside['env'], names = '') {
  const listed = names.split(/[\s,]+/).filter((name) => name !== '' && !/^ENTROPY_/.test(name));
  const extra = listed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return extra.length === 0 ? {} : { extra: Object.fromEntries(extra) as Record<string, string> };
}

if (import.meta.main) {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  await main({
    env: process.env,
    stdin: process.stdin,
    onSignal: (handler) => void process.once('SIGTERM', handler).once('SIGINT', handler),
    log,
    exit: (code) => process.exit(code),
    run: runHarness,
  }).catch((error: Error) => {
    log(`harness: ${error.message}`);
    process.exit(1);
  });
}
