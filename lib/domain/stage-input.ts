import type { EngineChoice } from './engine.ts';
import type { Evidence } from './evidence.ts';
import type { IssueSnapshot } from './forge.ts';
import type { ChangeSet, FileChange, Plan, Review } from './handoff.ts';
import type { Strategy } from './run.ts';
import type { StageAttempt, StageLimits } from './stage.ts';
import type { Judgement } from './verdict.ts';

/** What a session is told when the boot code is traded in. `token` goes into no file and no environment. */
export interface SessionGrant {
  readonly token: string;
  readonly stage: StageAttempt;
  readonly deadline: number;
  readonly limits: StageLimits;
  /** Bytes of the largest request body that the gateway takes. */
  readonly bodyBytes: number;
}

/** How checks are to be found: an operator's option stands over `.entropy.yml`, that over discovery. */
export interface CheckSettings {
  readonly option?: { readonly setup?: string; readonly test?: string };
  readonly policy?: { readonly setup?: readonly string[]; readonly test?: string };
}

/** What the repository's maintainers say to agents, at the base. Never from a change. */
export interface Guidance {
  /** `roles.*.instructions` of `.entropy.yml`. */
  readonly instructions?: string;
  /** AGENTS.md and the like, cut to a size. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** What the repository's rules ask no failing-then-passing test for. */
export interface Exemptions {
  /** Globs: a change of such paths alone. */
  readonly paths: readonly string[];
  /** Those of the rules' labels that the issue has: any change. */
  readonly labels: readonly string[];
}

/** What a stage is given; which members are there depends on the role. */
export interface StageInput {
  readonly stage: StageAttempt;
  readonly base: { readonly branch: string; readonly commit: string };
  readonly checks: CheckSettings;
  /** `tools` where it is not given. */
  readonly strategy?: Strategy;
  /** All roles that a model plays; `builtin` where it is not given. */
  readonly engine?: EngineChoice;
  /** All roles that a model plays, where the repository says anything. */
  readonly guidance?: Guidance;
  /** issue-reader only: the one role that sees raw, untrusted text. */
  readonly issue?: IssueSnapshot;
  /** coder, reviewer. */
  readonly plan?: Plan;
  /** verifier, reviewer; coder from the second round on. */
  readonly change?: ChangeSet;
  /** coder, where an earlier attempt of the stage was cut off: its work, which holds `change` as well. */
  readonly cutOff?: { readonly attempt: number; readonly files: readonly FileChange[] };
  /** reviewer; coder where the last round's Evidence was not good. */
  readonly evidence?: { readonly evidence: Evidence; readonly judgement: Judgement };
  /** coder by `rewrite`, which holds its drafts against the rule of success. */
  readonly exempt?: Exemptions;
  /** coder, where `change` holds git's marks of a conflict with a base that has moved on. */
  readonly conflict?: { readonly from: string; readonly paths: readonly string[] };
  /** coder, where a reviewer asked for changes. */
  readonly review?: Review;
}
