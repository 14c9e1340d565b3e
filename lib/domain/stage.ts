import type { Usage } from './budget.ts';
import type { Failure } from './outcome.ts';

/** Roles that a model plays. */
export const modelRoles = ['issue-reader', 'coder', 'reviewer'] as const;
export type ModelRole = (typeof modelRoles)[number];
/** The roles of the first lifecycle. `verifier` has no model: it runs the checks. */
export type RoleName = ModelRole | 'verifier';

/** One role's execution in one round of a run. */
export interface StageKey {
  readonly run: string;
  readonly role: RoleName;
  /** From 1; counts both the verify loop and the review loop. */
  readonly round: number;
}

/** One try of a stage, in one sandbox. */
export interface StageAttempt extends StageKey {
  /** From 1; the gateway refuses an older attempt's session. */
  readonly attempt: number;
}

/** What is stored of an attempt. Digests name payloads in the run's ledger. */
export interface StageRecord extends StageAttempt {
  readonly openedAt: number;
  /** After this the gateway answers no more, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly closedAt?: number;
  readonly handoff?: string;
  /** What the coder's folder held when the attempt was cut off (`PartialWork`): the next one begins from it. */
  readonly partial?: string;
  /** What the gateway itself saw go wrong, or else what the sandbox said. */
  readonly failure?: Failure & { readonly observed: boolean };
  readonly turns: number;
  /** Handoffs and partial work that were stored for it, whether or not they stand. */
  readonly bodies?: number;
  readonly usage: Usage;
  /** Place in the role's chain of the model that calls go to; unset until a call went to another than the first. */
  readonly link?: number;
}

/** `issue-reader:1:2` style text for logs, file names and effect keys. */
export function stageLabel(stage: StageAttempt): string {
  return `${stage.role}-${stage.round}-${stage.attempt}`;
}

/** Limits of one attempt. Milliseconds, bytes, counts. */
export interface StageLimits {
  readonly wallMs: number;
  readonly commandMs: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly outputBytes: number;
  /** By which a stage may lessen the disk's free space, where its sandbox shares the disk; 20 GiB unless given. */
  readonly diskBytes?: number;
  readonly turns: number;
  /** An engine that says nothing for so long, while no command of its own could still run, hangs. */
  readonly idleMs: number;
}

/** Limits by role unless the repository's policy sets others. */
export const defaultLimits: Record<RoleName, StageLimits> = {
  'issue-reader': limits(5, 2, 40),
  coder: limits(30, 5, 100),
  reviewer: limits(15, 5, 50),
  verifier: limits(45, 15, 0),
};

function limits(wallMinutes: number, commandMinutes: number, turns: number): StageLimits {
  return {
    wallMs: wallMinutes * 60_000,
    commandMs: commandMinutes * 60_000,
    memoryBytes: 4 * 1024 ** 3,
    processes: 512,
    outputBytes: 64 * 1024 ** 2,
    turns,
    idleMs: (commandMinutes + 1) * 60_000,
  };
}
