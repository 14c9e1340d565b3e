import type { z } from 'zod';
import type { Checks } from '../domain/evidence.ts';
import type { RoleName } from '../domain/stage.ts';
import type { StageInput } from '../domain/stage-input.ts';

/** The tools that a role can be given. */
export type ToolName = 'shell' | 'view' | 'create' | 'edit' | 'search';

/** Roles that a model plays. */
export type ModelRole = Exclude<RoleName, 'verifier'>;

/** A tool by which a role leaves its result and ends. */
export interface Submit {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodObject;
  /** The handoff's kind; for the coder the harness reads the rest of the handoff from the workspace. */
  readonly kind: 'plan' | 'question' | 'refusal' | 'change-set' | 'review';
}

/** What the harness found out for the role's first message. */
export interface BriefFacts {
  /** Random per stage: nobody who wrote the fenced text can have known it. */
  readonly nonce: string;
  /** How the repository is checked, where that is known. */
  readonly checks?: Checks;
  /** What came of the set-up commands, in one line. */
  readonly setup?: string;
  /** reviewer: the change as a patch. */
  readonly diff?: string;
}

/** A job that an agent does. Limits of time and turns come with the session (`defaultLimits`). */
export interface Role {
  readonly name: ModelRole;
  readonly system: string;
  readonly tools: readonly ToolName[];
  readonly submits: readonly Submit[];
  /** Most tokens of one reply. */
  readonly maxTokens: number;
  /** The first message. Throws `NotFound` where the input lacks what the role needs. */
  brief(input: StageInput, facts: BriefFacts): string;
}
