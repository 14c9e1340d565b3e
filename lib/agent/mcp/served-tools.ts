import type { ToolServer } from '../../domain/engine.ts';
import { ConfigInvalid } from '../../domain/errors.ts';
import { showHidden } from '../../domain/hidden-text.ts';
import type { ToolSpec } from '../../domain/model.ts';
import { asObject, type Loose, objectsIn, textIn } from '../engines/json-line.ts';
import type { CallOutcome } from '../loop.ts';
import type { ClaimedEvent } from '../teller.ts';
import { type ToolPlace, ToolProblem } from '../tools/tool.ts';
import { askServer } from './ask-server.ts';

/** A tool of a tool server, as the model is offered it: `mcp__<server>__<tool>`. */
export interface ServedTool {
  readonly spec: ToolSpec;
  readonly call: (input: Record<string, unknown>) => Promise<CallOutcome>;
}

/** Of all servers together: the gateway takes 64 tools a call, and a role has some of its own. */
const mostTools = 48;
const deepest = 64;
const textCap = 20_000;

/** The tools of the servers that the rules allow, the first 48, one by each name. Throws `ConfigInvalid` where one does not come up. */
export async function servedTools(
  servers: Readonly<Record<string, ToolServer>>,
  place: ToolPlace,
  tell: (event: ClaimedEvent) => void,
): Promise<readonly ServedTool[]> {
  const found = new Map<string, ServedTool>();
  for (const [name, server] of Object.entries(servers)) {
    for (const tool of await toolsOf(name, server, place, tell)) {
      // Of two that are called alike a call would reach the first anyway.
      if (!found.has(tool.spec.name)) found.set(tool.spec.name, tool);
    }
  }
  return [...found.values()].slice(0, mostTools);
}

async function toolsOf(
  name: string,
  server: ToolServer,
  place: ToolPlace,
  tell: (event: ClaimedEvent) => void,
): Promise<ServedTool[]> {
  try {
    const { tools } = await askServer(place, server, 'tools/list', {});
    return objectsIn(tools).flatMap((tool) => {
      const own = textIn(tool.name);
      const full = `mcp__${name}__${own}`;
      // What no model can be offered under its name is left out.
      if (own === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(full)) return [];
      const description = showHidden(textIn(tool.description) ?? own).slice(0, 2_000);
      const schema = shown(asObject(tool.inputSchema) ?? { type: 'object' }) as Loose;
      const call: ServedTool['call'] = (input) =>
        called(full, place, tell, () =>
          askServer(place, server, 'tools/call', { name: own, arguments: input }),
        );
      return [{ spec: { name: full, description, schema }, call }];
    });
  } catch (error) {
    if (!(error instanceof ToolProblem)) throw error;
    throw new ConfigInvalid(`.entropy.yml: mcp.${name}: ${error.message}`);
  }
}

/** With hidden characters named, in keys as well: a server's words are a stranger's. */
function shown(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return showHidden(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > deepest) throw new ToolProblem('a schema that is too deep');
  if (Array.isArray(value)) return value.map((one) => shown(one, depth + 1));
  const members = Object.entries(value).map(([key, one]) => [
    showHidden(key),
    shown(one, depth + 1),
  ]);
  return Object.fromEntries(members);
}

async function called(
  tool: string,
  { signal }: ToolPlace,
  tell: (event: ClaimedEvent) => void,
  ask: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<CallOutcome> {
  const began = performance.now();
  let outcome: CallOutcome;
  try {
    const result = await ask();
    const texts = objectsIn(result.content).map(({ type, text }) =>
      type === 'text' ? String(text) : `[${String(type)} is not shown]`,
    );
    outcome = { text: texts.join('\n').slice(0, textCap), isError: result.isError === true };
  } catch (error) {
    if (!(error instanceof ToolProblem)) throw error;
    outcome = { text: error.message, isError: true };
  }
  signal.throwIfAborted();
  const durationMs = Math.round(performance.now() - began);
  tell({ kind: 'tool.called', data: { tool, durationMs, isError: outcome.isError } });
  return outcome;
}
