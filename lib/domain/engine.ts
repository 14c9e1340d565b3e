import type { Wire } from './wire-names.ts';

/** A program that an engine needs and that this project never brings. */
interface EngineProgram {
  /** Its name on the PATH. */
  readonly name: string;
  /** What `npm install -g` gets it from. */
  readonly package: string;
  /** Where npm puts its binary, below a `node_modules`; `{platform}` and `{arch}` stand for Node's own names. */
  readonly binary: string;
}

/** What the system knows of an engine; how it is played is `lib/agent/engines/adapters/<name>.ts`. */
export interface EngineFacts {
  /** Any one of them will do; none: its calls go over the gateway's own route, to every provider. */
  readonly wires: readonly Wire[];
  readonly program?: EngineProgram;
}

/** Every engine. A line here and a file of that name is all that one more takes. */
// biome-ignore format: a line each
const facts = {
  builtin: { wires: [] },
  'claude-code': { wires: ['messages'], program: { name: 'claude', package: '@anthropic-ai/claude-code', binary: '@anthropic-ai/claude-code-{platform}-{arch}/claude' } },
  codex: { wires: ['responses'], program: { name: 'codex', package: '@openai/codex', binary: '@openai/codex-{platform}-{arch}/vendor/{target}/bin/codex' } },
  opencode: { wires: ['messages', 'chat-completions', 'responses'], program: { name: 'opencode', package: 'opencode-ai', binary: 'opencode-{platform}-{arch}/bin/opencode' } },
  command: { wires: ['messages', 'chat-completions', 'responses'] },
} as const satisfies Record<string, EngineFacts>;

/** What drives an agent inside the sandbox. */
export type EngineName = keyof typeof facts;

/** The same, with types that don't depend on what is in it. */
export const engines: Readonly<Record<EngineName, EngineFacts>> = facts;
/** All names, `builtin` first. */
export const engineNames = Object.keys(facts) as [EngineName, ...EngineName[]];

/** What to do where the program of an engine is missing. */
export function notInstalled(name: EngineName): string {
  const program = engines[name].program;
  if (program === undefined) return `${name} needs no program`;
  return `${name} needs the program ${program.name}, which is not here: npm install -g ${program.package}, or say where it is by ENTROPY_ENGINES=${name}=/path/to/${program.name}`;
}

/** A tool server that the repository's rules let an engine start inside the sandbox (MCP over standard streams). */
export interface ToolServer {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a stage's role is to be played. */
export interface EngineChoice {
  readonly name: EngineName;
  /** The model to name on the wire: the gateway takes no other. */
  readonly model: string;
  /** What both the engine and the model's provider speak. */
  readonly wires: readonly Wire[];
  /** `command` only: the command line. */
  readonly command?: string;
  /** By name. */
  readonly servers?: Readonly<Record<string, ToolServer>>;
}
