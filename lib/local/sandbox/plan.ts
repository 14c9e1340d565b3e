import type { EngineName } from '../../domain/engine.ts';
import type { StageLimits } from '../../domain/stage.ts';
import type { Boundary } from './boundary.ts';
import type { Docker } from './docker/engine.ts';
import type { Folders } from './folders.ts';

/** What a sandbox is kept in, as it was found on this machine. */
export type Place =
  | { readonly kind: 'docker'; readonly docker: Docker }
  | { readonly kind: 'bubblewrap'; readonly boundary: Boundary }
  | { readonly kind: 'process' };

/** What plays a stage. */
export interface StageEngine {
  readonly name: EngineName;
  /** Its program by its name; empty where it needs none that this machine is looked through for. */
  readonly programs: Readonly<Record<string, string>>;
}

/** What is started, and where. */
export interface Start {
  readonly id: string;
  readonly run: string;
  /** Text of `stageLabel`. */
  readonly stage: string;
  readonly bootCode: string;
  readonly limits: StageLimits;
  readonly folders: Folders;
  readonly logPath: string;
  readonly place: Place;
  readonly engine: StageEngine;
}

/** How a process is to be started: an argument list, its environment and its folder. */
export interface Plan {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Written to its standard input, which stays open. */
  readonly input?: string;
}
