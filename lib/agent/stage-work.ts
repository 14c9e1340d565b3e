import type { SessionGrant, StageInput } from '../domain/stage-input.ts';
import type { Programs } from './checks/mending/programs.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { SandboxEnvironment } from './tool-environment.ts';
import { cloneWorkspace, type Workspace } from './workspace.ts';

/** One stage under its session. */
export interface StageWork {
  readonly grant: SessionGrant;
  readonly gateway: GatewayClient;
  readonly sandbox: SandboxEnvironment;
  readonly egress: 'open' | 'gateway';
  /** Real path of the folder for the clone. */
  readonly workspace: string;
  /** Real path of a folder for the harness's own files. */
  readonly scratch: string;
  /** Called before the first tool runs, see `touchFilesAs`; does nothing where tools have no user of their own. */
  readonly touchFilesAsTools: () => void;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Whose programs the tools find. Only the image has a user for them, and only Docker on one machine closes its way out:
 * a task of AWS has the network that its subnet gives.
 */
export function programsOf({ sandbox, egress }: Pick<StageWork, 'sandbox' | 'egress'>): Programs {
  if (sandbox.toolsUser === undefined) return 'machine';
  return egress === 'gateway' ? 'docker' : 'fargate';
}

/** A clone of the run's base at `root`. */
export function cloneFor(work: StageWork, input: StageInput, root: string): Promise<Workspace> {
  const { branch, commit } = input.base;
  return cloneWorkspace({
    url: work.gateway.git.url,
    config: work.gateway.git.config,
    ref: `refs/entropy/${work.grant.stage.run}/base`,
    base: commit,
    branch: branch === 'HEAD' ? 'base' : branch,
    root,
    scratch: work.scratch,
    path: work.sandbox.path,
    wrapper: work.sandbox.wrapper ?? [],
    signal: work.signal,
  });
}
