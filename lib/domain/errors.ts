/**
 * The domain's errors. A class's name is also the name that the state machine's Retry and Catch use,
 * so a name here is a contract with `statemachines/`.
 */
export abstract class DomainError extends Error {
  /** Where the error reached the lifecycle by name only, the concrete class is rebuilt from this. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Another run holds the claim on the issue. `holder` is that run's id. */
export class ClaimHeld extends DomainError {
  readonly holder: string;
  constructor(holder: string) {
    super(`another run holds the claim on this issue: ${holder}`);
    this.holder = holder;
  }
}
/** Another call is still at work for the run, or may be: it is come back to. */
export class RunHeld extends DomainError {}
/** The caller's fence is not the claim's present one: a newer owner has taken over. */
export class FenceStale extends DomainError {}
/** A person, or the kill switch, asked the run to stop. */
export class Cancelled extends DomainError {}
/** A boot code or session token that is unknown, used, expired or revoked. */
export class SessionRefused extends DomainError {}
/** The session lacks the authority for this request (a verifier asking for a model turn, say). */
export class ScopeRefused extends DomainError {}
/** A request to the gateway that does not fit its contract. Stays between a sandbox and the gateway. */
export class RequestInvalid extends DomainError {}
/** A request's body is over what the gateway takes. Stays between a sandbox and the gateway. */
export class RequestTooLarge extends DomainError {}
/** The budget does not cover the next model call. */
export class BudgetExceeded extends DomainError {}
/** How a provider refused a call: its HTTP status, and what it said, without credentials. */
export interface Refusal {
  readonly status: number;
  /** The `retry-after` that it gave, if any. */
  readonly retryAfter?: string;
  readonly said: string;
}
/** The model provider failed for good: authentication, refusal, retries used up. */
export class ModelFailed extends DomainError {
  /** False where the provider refused before it did any work; else what was used is not known. */
  readonly used: boolean;
  /** Where there was an answer, and it refused. */
  readonly refusal: Refusal | undefined;
  /** The model can't be had at present, whoever asks for whatever; another may do. */
  readonly unavailable: boolean;
  constructor(
    message: string,
    options?: ErrorOptions & { used?: boolean; refusal?: Refusal; unavailable?: boolean },
  ) {
    super(message, options);
    this.used = options?.used ?? true;
    this.refusal = options?.refusal;
    this.unavailable = options?.unavailable ?? false;
  }
}
/** A role kept leaving answers that do not fit the handoff's schema. */
export class HandoffInvalid extends DomainError {}
/** A role stopped without a handoff: turn limit, or a model that keeps repeating itself. */
export class AgentStuck extends DomainError {}
/** The stage's sandbox ended and left no handoff; a fresh attempt may do better. */
export class StageLost extends DomainError {}
/** The stage's own deadline passed. */
export class StageTimedOut extends DomainError {}
/** The sandbox could not be made or is not allowed on this machine. */
export class SandboxUnavailable extends DomainError {}
/** The one way out of a sandbox's network is not there at present; it is made again while runs need it. */
export class EgressUnavailable extends DomainError {}
/** The Evidence says that the change is not good. The message names the rule. */
class ChecksFailed extends DomainError {}
/** The repository's checks could not be found or could not be run at all. */
class ChecksUnavailable extends DomainError {}
/** The checks ran, but their results prove nothing either way. */
class ChecksInconclusive extends DomainError {}
/** The reviewer was not satisfied and no round is left. */
class ReviewRejected extends DomainError {}
/** The default branch has moved on, the approved change conflicts with it, and no round is left. */
export class BaseConflict extends DomainError {}
/** The change touches what policy protects, or is too large. The patch is kept. */
export class PolicyViolation extends DomainError {}
/** GitHub (or the local repository that stands for it) refused or failed. */
export class ForgeFailed extends DomainError {
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  constructor(message: string, options?: ErrorOptions & { status?: number | undefined }) {
    super(message, options);
    this.status = options?.status;
  }
}
/** GitHub can't be reached, limits us or fails on its side: the same call may go through later. */
export class ForgeUnavailable extends ForgeFailed {}
/**
 * GitHub's own rules (a ruleset, branch protection, push protection) refuse a write. The message says what they say, and
 * what a maintainer has to change. The change is kept.
 */
export class BranchProtected extends ForgeFailed {}
/** The folder is no usable git repository. */
export class RepositoryInvalid extends DomainError {}
/** `.entropy.yml`, the environment or an option is not valid. The message names the key and the fix. */
export class ConfigInvalid extends DomainError {}
/** A stored object exists already with other bytes, or a record contradicts the ledger. */
export class LedgerConflict extends DomainError {}
/** No run, stage or object by that name. */
export class NotFound extends DomainError {}
/** The disk is full or refuses to be written. */
export class StorageFailed extends DomainError {}

/** A stack could not be made, changed or taken down. */
export class DeploymentFailed extends DomainError {}

const classes = {
  RunHeld,
  FenceStale,
  Cancelled,
  SessionRefused,
  ScopeRefused,
  RequestTooLarge,
  BudgetExceeded,
  ModelFailed,
  HandoffInvalid,
  AgentStuck,
  StageLost,
  StageTimedOut,
  SandboxUnavailable,
  EgressUnavailable,
  ChecksFailed,
  ChecksUnavailable,
  ChecksInconclusive,
  ReviewRejected,
  BaseConflict,
  PolicyViolation,
  ForgeFailed,
  ForgeUnavailable,
  BranchProtected,
  RepositoryInvalid,
  ConfigInvalid,
  LedgerConflict,
  NotFound,
  StorageFailed,
} as const;

/** Rebuilds an error from its recorded name; a name that is not the domain's becomes `StageLost`. */
export function errorNamed(name: string, message: string): DomainError {
  if (name === 'ClaimHeld') return new ClaimHeld(message);
  const found = Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : undefined;
  return found ? new found(message) : new StageLost(`${name}: ${message}`);
}
