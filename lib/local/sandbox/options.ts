import type { EngineName } from '../../domain/engine.ts';
import type { SandboxKind } from '../../domain/run.ts';
import type { StageAttempt } from '../../domain/stage.ts';
import type { DockerSettings } from './docker/engine.ts';

/** What the embedded sandboxes are made from. All paths are absolute. */
export interface SandboxOptions {
  /** The boundary that the operator chose for a run, given by its id. */
  readonly kindOf: (run: string) => SandboxKind | Promise<SandboxKind>;
  /** Holds work folders, records and logs of sandboxes; never visible behind a boundary. */
  readonly dataDir: string;
  readonly gateway: {
    /** For `process`, such as `http://127.0.0.1:8787`. */
    readonly url: string;
    /** For `bubblewrap` and `docker`: the Unix socket the same gateway listens on. */
    readonly socketPath: string;
  };
  /** For `docker`, whose image holds a harness of its own. */
  readonly docker: DockerSettings;
  readonly harness: {
    /** Node's binary. */
    readonly node: string;
    /** The harness's entry, inside `root`. */
    readonly main: string;
    /** The project's folder; only its code and dependencies are shown to a sandbox. */
    readonly root: string;
  };
  /** The server's own; nothing else of its environment reaches a sandbox. */
  readonly hostEnv: { readonly PATH?: string; readonly LANG?: string; readonly HOME?: string };
  readonly engines?: {
    /** Programs of engines on this machine, by the engine's name. A sandbox is shown the one that it is played by. */
    readonly programs: Readonly<Record<string, string>>;
    /** What plays a stage. */
    readonly of: (stage: StageAttempt) => EngineName | Promise<EngineName>;
  };
  /** Told when a sandbox was started, which takes a while to come up. */
  readonly onStarted?: (stage: StageAttempt) => void;
  /** Leaves the work folders of ended stages, to look at. */
  readonly keep?: boolean;
  readonly log?: (line: string) => void;
}

/** How a sandbox ended, as the port `Sandboxes` tells it. */
export interface Ending {
  readonly ended: 'exited' | 'deadline' | 'limit' | 'aborted';
  readonly detail: string;
}
