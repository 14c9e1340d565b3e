import { marker } from './tree.ts';

/** The whole environment of a sandbox's first process. */
export function sandboxEnvironment(given: {
  readonly id: string;
  readonly bootCode: string;
  /** `http://127.0.0.1:PORT` or `unix:/path`. */
  readonly gateway: string;
  readonly egress: 'open' | 'gateway';
  readonly workspace: string;
  readonly home: string;
  readonly tmp: string;
  readonly path: readonly string[];
  /** What the harness starts every tool through; without a boundary there is none. */
  readonly toolWrapper?: readonly string[];
  /** A folder of the harness that the wrapper keeps tools from writing to. */
  readonly private?: string;
  /** The program of the stage's engine, by the engine's name. */
  readonly programs: Readonly<Record<string, string>>;
  /** Where Node finds what it compiled before, see `compile-cache.ts`. */
  readonly compileCache: Readonly<Record<string, string>>;
}): Record<string, string> {
  return {
    ENTROPY_GATEWAY: given.gateway,
    ENTROPY_BOOT_CODE: given.bootCode,
    ENTROPY_WORKSPACE: given.workspace,
    ENTROPY_EGRESS: given.egress,
    ENTROPY_SANDBOX_ID: given.id,
    // The launcher holds the other end of standard input.
    ENTROPY_LIFE_LINE: 'stdin',
    ...(given.toolWrapper ? { ENTROPY_TOOL_WRAPPER: JSON.stringify(given.toolWrapper) } : {}),
    ...(given.private ? { ENTROPY_PRIVATE: given.private } : {}),
    ...(Object.keys(given.programs).length > 0
      ? { ENTROPY_ENGINES: JSON.stringify(given.programs) }
      : {}),
    ...given.compileCache,
    [marker]: given.id,
    PATH: given.path.join(':'),
    HOME: given.home,
    TMPDIR: given.tmp,
    LANG: 'C.UTF-8',
  };
}
