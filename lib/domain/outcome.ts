/** How a run ends, and the exit code the command line gives for it. */
export type Outcome = 'merged' | 'handed-over' | 'question' | 'refused' | 'failed' | 'cancelled';

/** The name of an error and what it said, as stored and shown. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

const exitCodes: Record<Exclude<Outcome, 'failed'>, number> = {
  merged: 0,
  'handed-over': 0,
  question: 3,
  refused: 4,
  cancelled: 130,
};

/** Failures of the world around a run rather than of the work itself. */
const environmental = new Set([
  'ForgeFailed',
  'ForgeUnavailable',
  'BranchProtected',
  'StorageFailed',
  'RunHeld',
  'RepositoryInvalid',
  'SandboxUnavailable',
  'EgressUnavailable',
  'LedgerConflict',
  'DeploymentFailed',
]);

/** 0 merged, handed over or told that another run is at it, 3 question, 4 refused, 5 the work failed, 6 the world failed, 130 cancelled. */
export function exitCodeOf(outcome: Outcome, error: Failure | undefined): number {
  if (error?.name === 'ClaimHeld') return 0;
  if (outcome !== 'failed') return exitCodes[outcome];
  return error !== undefined && environmental.has(error.name) ? 6 : 5;
}
