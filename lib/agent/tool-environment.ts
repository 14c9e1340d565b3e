import { delimiter, join } from 'node:path';

/** What the sandbox gives of an environment. */
export interface SandboxEnvironment {
  /** `http://host:port` of what the gateway, and with egress `open` registries, are reached by; without it directly. */
  readonly proxy?: string;
  readonly path: string;
  readonly home: string;
  readonly tmp: string;
  readonly lang: string;
  /** Marks every process of this sandbox, so that what outlives it can be found. */
  readonly sandboxId?: string;
  /** What every command of a tool is started through, see `ExecRequest`; none where there is no boundary. */
  readonly wrapper?: readonly string[];
  /** A folder that tools can't write to, where there is one. */
  readonly private?: string;
  /** The user that the wrapper makes of a tool, where it is another than the harness's; its group has the same number. */
  readonly toolsUser?: number;
  /** Where programs of engines are, by the engine's name, beside those on the PATH. */
  readonly programs?: Readonly<Record<string, string>>;
  /** What tools are given beside what every machine has, such as `JAVA_HOME`. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** The whole environment of what a tool runs: nothing of the harness's own. */
export function toolEnvironment(sandbox: SandboxEnvironment): Record<string, string> {
  return {
    ...sandbox.extra,
    PATH: sandbox.path,
    HOME: sandbox.home,
    TMPDIR: sandbox.tmp,
    LANG: sandbox.lang,
    TERM: 'dumb',
    CI: '1',
    GIT_TERMINAL_PROMPT: '0',
    PAGER: 'cat',
    ...(sandbox.sandboxId === undefined ? {} : { SANDBOX_ID: sandbox.sandboxId }),
  };
}

/**
 * The same with the workspace's own programs first, and a place outside the workspace for a virtual
 * environment: what the verifier's set-up commands find as well.
 */
export function workEnvironment(
  env: Readonly<Record<string, string>>,
  root: string,
  scratch: string,
): Record<string, string> {
  const venv = join(scratch, 'venv');
  const first = [join(root, 'node_modules/.bin'), join(venv, 'bin')];
  return {
    ...env,
    PATH: [...first, env.PATH ?? ''].join(delimiter),
    VIRTUAL_ENV: venv,
    PYTHONDONTWRITEBYTECODE: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    // Java asks the system, not HOME, where the user's home is.
    ...(env.HOME === undefined ? {} : { MAVEN_OPTS: `-Duser.home=${env.HOME}` }),
  };
}
