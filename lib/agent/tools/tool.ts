import type { z } from 'zod';
import type { Exec } from '../exec.ts';

/** Where and how tools work. */
export interface ToolPlace {
  /** The working tree's real folder, without links; the model knows it as `/workspace`. */
  readonly root: string;
  readonly exec: Exec;
  /** The whole environment of what a tool runs. */
  readonly env: Readonly<Record<string, string>>;
  readonly commandMs: number;
  /** Bytes of output after which a command is ended. */
  readonly floodBytes: number;
  readonly signal: AbortSignal;
}

/** What happened, for the ledger: small, and no contents. */
interface ToolFacts {
  readonly command?: string;
  readonly path?: string;
  readonly exitCode?: number | null;
  readonly outputDigest?: string;
  readonly bytes?: number;
}

export interface ToolAnswer {
  readonly text: string;
  readonly isError?: boolean;
  readonly facts?: ToolFacts;
}

/** One tool. `run` throws `ToolProblem` for what the model can put right. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodObject;
  run(input: never, place: ToolPlace): Promise<ToolAnswer>;
}

/** A mistake of the model's, told to it as the tool's result. */
export class ToolProblem extends Error {}

/** Ties a tool's schema to the type of its input. */
export function defineTool<S extends z.ZodObject>(tool: {
  name: string;
  description: string;
  schema: S;
  run(input: z.infer<S>, place: ToolPlace): Promise<ToolAnswer>;
}): Tool {
  return tool;
}
