import { createHash } from 'node:crypto';
import type { Budget, Spending } from './budget.ts';
import type { EngineName } from './engine.ts';
import type { LetPass } from './let-pass.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { RoleName } from './stage.ts';
import type { Wire } from './wire-names.ts';

/** Where the repository lives. `name` is `owner/name` on GitHub, an absolute path for a local one. */
export interface RepositoryRef {
  readonly forge: 'github' | 'local';
  readonly name: string;
}

/** Why a run was started; `id` makes a repeated delivery the same run and a re-label a new one. */
export interface Trigger {
  readonly kind: 'label' | 'comment' | 'assignment' | 'cli';
  /** The issue-event id, the comment id, or a nonce from the command line. */
  readonly id: string;
  /** Login of who triggered it. */
  readonly by: string;
}

/** A model and the provider that serves it. */
export interface ModelChoice {
  readonly provider: ProviderName;
  readonly model: string;
  /** Base URL for `openai-compatible` or a proxy; never holds a credential. */
  readonly baseUrl?: string;
  /** What an `openai-compatible` server speaks, where that is not Chat Completions alone; of `replay`, what was recorded. */
  readonly wires?: readonly Wire[];
  /** Models that stand in for this one, in order, while it can't be had; they have none of their own. */
  readonly fallbacks?: readonly ModelChoice[];
}

/** Where model turns come from. */
type ProviderName = ServedProvider | 'replay';
/** The providers that a model really speaks at. */
export type ServedProvider = (typeof servedProviders)[number];
export const servedProviders = ['anthropic', 'bedrock', 'openai', 'openai-compatible'] as const;

/**
 * How a role gets its work out of a model. `tools`: a conversation with tools. `rewrite`: whole files in the
 * prompt, whole files back, no tools; for small models that can't hold to a tool's form.
 */
export type Strategy = 'tools' | 'rewrite';

/** What kind of boundary a stage runs behind. */
export type SandboxKind = LocalSandboxKind | 'fargate';
/** The kinds that one machine has. */
export type LocalSandboxKind = 'docker' | 'bubblewrap' | 'process';

/** What the operator chose for a run. Holds no secret. */
export interface RunSettings {
  readonly model: ModelChoice;
  readonly roleModels: Partial<Record<RoleName, ModelChoice>>;
  readonly budget: Budget;
  readonly sandbox: SandboxKind;
  /** For every role, over what the repository's policy says; without either `tools`. */
  readonly strategy?: Strategy;
  /** By role, over what the repository's policy says; without either `builtin`. */
  readonly engines?: Partial<Record<RoleName, EngineName>>;
  /** Command line of the engine `command`, over the repository's. */
  readonly engineCommand?: string;
  /** Overrides of the repository's own set-up and test commands. */
  readonly setup?: string;
  readonly test?: string;
  /** Run whose recorded turns the `replay` provider serves. */
  readonly replayOf?: string;
}

/** The operator's settings and the repository's rules in one, as they hold for a run. Fixed at admission. */
export interface RunTerms {
  readonly models: Partial<Record<RoleName, ModelChoice>>;
  readonly budget: Budget;
  /** Families of the models, where the repository asks that they differ. */
  readonly families?: { readonly coder: string; readonly reviewer: string };
  /** Model calls of one attempt, where the repository names a number. */
  readonly turns: Partial<Record<RoleName, number>>;
}

/**
 * `queued` waits for a slot, `running` is walked, `ending` has an outcome and told it but may still hold
 * claim, slot or an unsealed ledger, `settled` is over.
 */
export type RunStatus = 'queued' | 'running' | 'ending' | 'settled';

/** What a run has from earlier ones, where it goes on after a question that a person answered. */
export interface Continuation {
  /** The run that asked. */
  readonly run: string;
  /** Digest of the questions and answers so far (`Answered[]`), a payload in this run's ledger. */
  readonly answers: string;
  /** What the issue has cost up to here: it counts against this run's budget. */
  readonly spent: Spending;
}

/** The default branch had moved on when a change was approved, which was laid over its new head. */
export interface BaseMove {
  /** Round whose change was approved. */
  readonly round: number;
  readonly from: string;
  readonly to: string;
  /** Digest of the ChangeSet as it is on the new base, a payload in the run's ledger. */
  readonly change: string;
  /** Paths in which the two conflict; the ChangeSet then holds git's marks. Empty where git could merge. */
  readonly conflicts: readonly string[];
}

/**
 * Why a queued run has not begun: no slot is free, all work is paused, the issue's earlier run comes to its end, few of
 * GitHub's calls of the hour are left.
 */
export type WaitReason = 'slot' | 'pause' | 'run' | 'allowance';

/** What the issue of a queued run is told of its waiting; `over` once a run that never began has told its end. */
export interface Waiting {
  readonly for: WaitReason;
  /** Counts what the issue was told, so that each is an effect of its own. */
  readonly n: number;
  readonly state: 'telling' | 'told' | 'over';
}

/** One attempt to resolve one issue. */
export interface Run {
  readonly id: string;
  readonly repository: RepositoryRef;
  /** Issue number on GitHub; a stable key for a local issue file. */
  readonly issue: string;
  readonly trigger: Trigger;
  readonly settings: RunSettings;
  readonly status: RunStatus;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly settledAt?: number;
  /** Set from when its issue is told that it waits. */
  readonly waits?: Waiting;
  /**
   * Of a queued run: until when it is held back because few of GitHub's calls are left, in milliseconds since the epoch.
   * Means nothing of a run that is no longer queued.
   */
  readonly heldUntil?: number | undefined;
  /** Set where the records of a settled run were removed to make room; the ledger's objects may stand. */
  readonly collectedAt?: number;
  /** SHA-256 of the lifecycle definition that the run is walked by. */
  readonly definition?: string;
  /** Fence under which the run holds its claim. */
  readonly fence?: number;
  readonly base?: { readonly branch: string; readonly commit: string };
  readonly continues?: Continuation;
  /** Oldest first; `base` is the newest one's. */
  readonly moves?: readonly BaseMove[];
  /** When the issue's text was first seen to differ from the snapshot that the run works on. */
  readonly issueEditedAt?: number;
  /** Digests of payloads in the run's ledger. */
  readonly issueDigest?: string;
  readonly policyDigest?: string;
  /** Set where the run publishes an earlier run's kept change, with a maintainer's leave. */
  readonly pass?: LetPass;
  /** Settings and rules in one; undefined before admission. */
  readonly terms?: RunTerms;
  readonly branch?: string;
  readonly commit?: string;
  readonly pullRequest?: { readonly number: number; readonly url: string };
  readonly outcome?: Outcome;
  readonly error?: Failure;
  /** The question, the refusal's reason, or another line for a person to read. */
  readonly note?: string;
}

/** Same repository, issue and trigger: same id. Fits a Step Functions execution name and a git ref. */
export function runIdOf(repository: RepositoryRef, issue: string, triggerId: string): string {
  const identity = JSON.stringify([repository.forge, repository.name, issue, triggerId]);
  return `r-${createHash('sha256').update(identity).digest('hex').slice(0, 20)}`;
}

/** The key of the issue that a run works on; the claim is held under it. */
export function issueKeyOf(repository: RepositoryRef, issue: string): string {
  return `${repository.forge}:${repository.name}#${issue}`;
}

/** Every branch that a run writes to begins so. */
export const branchPrefix = 'entropy/';

/** The branch a run writes to: one per run, so that a takeover finds what was written before. */
export function branchOf(run: Pick<Run, 'id' | 'issue'>): string {
  const issue = run.issue.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 40);
  return `${branchPrefix}${issue}-${run.id.slice(2, 10)}`;
}
