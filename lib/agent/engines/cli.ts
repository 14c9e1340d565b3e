import type { EngineChoice, EngineName } from '../../domain/engine.ts';
import type { StageLimits } from '../../domain/stage.ts';
import type { Wire } from '../../domain/wire-names.ts';
import type { ClaimedEvent } from '../teller.ts';

/** One start of a program that plays a role. */
export interface CliJob {
  readonly engine: EngineChoice;
  /** What the role may do with the repository: its own result tells the rest. */
  readonly may: { readonly write: boolean; readonly run: boolean };
  /** The protocol to speak, one that the provider has. */
  readonly wire: Wire;
  /** Base URLs as the protocols' own clients take them: `/v1/messages` or `/responses` is added to them. */
  readonly anthropicUrl: string;
  readonly openaiUrl: string;
  /** Opens the model's wire and nothing else, as long as the program runs. */
  readonly key: string;
  /** The role's rules, to stand beside the program's own. */
  readonly system: string;
  /** The working tree; the program is started there. */
  readonly root: string;
  /** An empty folder for the program's own settings, kept from start to start. */
  readonly home: string;
  /** File for the answer of a program that does not end in a message. */
  readonly answerFile: string;
  /** JSON schema of the answer, one flat object. */
  readonly answerSchema: Readonly<Record<string, unknown>>;
  /** The conversation to go on with, by the program's own name for it. */
  readonly resume?: string;
  readonly limits: StageLimits;
}

/** How a program is started: the prompt is its standard input. */
export interface CliStart {
  readonly args: readonly string[];
  /** Beside what every tool of the sandbox is given. */
  readonly env: Readonly<Record<string, string>>;
  /** Stands before the first prompt, where the program has no other place for the role's rules. */
  readonly preface?: string;
  /** Files to write before, by their real paths. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What one line of a program's output says. */
export interface Heard {
  readonly events?: readonly ClaimedEvent[];
  /** The conversation's name, to go on with. */
  readonly session?: string;
  /** Words of the agent; the last ones are its answer. */
  readonly said?: string;
  /** A typed answer. */
  readonly answer?: unknown;
  /** What went wrong for good, as the program tells it; `undefined` takes back what it told before. */
  readonly fault?: string | undefined;
  /** The program gave up because the agent used all turns. */
  readonly exhausted?: boolean;
}

/** A program that plays roles: how it is started and how its output is read. All else is the same for all. */
export interface Cli {
  readonly name: EngineName;
  /** Its answer is all that it prints, not a message in it. */
  readonly wholeOutput?: true;
  start(job: CliJob): CliStart;
  /** Reads one line of standard output; undefined for what it does not know. Never throws. */
  hear(line: string): Heard | undefined;
}
