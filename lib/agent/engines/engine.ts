import type { EngineChoice } from '../../domain/engine.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { RoleWork } from '../perform-role.ts';

/** A role's work, and what an engine that is a program of its own needs beside. */
export interface EngineWork extends RoleWork {
  readonly engine: EngineChoice;
  /** Where models are asked in a provider's own protocol, and what lets in there. Not for any program to see. */
  readonly wire: GatewayClient['wire'];
  /** Real path of a folder of this stage outside the workspace, where programs may write. */
  readonly scratch: string;
  /** The sandbox's own PATH, without the workspace's programs. */
  readonly path: string;
  /** Where programs of engines are, by the engine's name; others are looked for on the PATH. */
  readonly programs: Readonly<Record<string, string>>;
}

/** What drives an agent in a sandbox. */
export interface Engine {
  /**
   * Plays a role until its handoff is left at the gateway. Throws `AgentStuck`, `HandoffInvalid`, `ModelFailed`,
   * `ConfigInvalid`, `StageLost`, and what the gateway throws.
   */
  perform(work: EngineWork): Promise<void>;
}
