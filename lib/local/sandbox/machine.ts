import type { DockerSettings } from './docker/engine.ts';

/** What is asked of a machine: its Docker, and the project whose harness an image must hold. */
export interface Machine {
  readonly docker: DockerSettings;
  readonly root: string;
  /** Where it is recorded what a trial must not leave behind; without it nothing is. */
  readonly dataDir?: string | undefined;
}
