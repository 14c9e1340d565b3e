import type { ToolServer } from '../../domain/engine.ts';
import { ConfigInvalid } from '../../domain/errors.ts';
import type { ToolSpec } from '../../domain/model.ts';
import { asObject, objectsIn, textIn } from '../engines/json-line.ts';
import type { CallOutcome } from '../loop.ts';
import type { ClaimedEvent } from '../teller.ts';
import { type ToolPlace, ToolProblem } from '../tools/tool.ts';
import { askServer } from './ask-server.ts';

/** A tool of a tool server, as the model is offered it: `mcp__<server>__<tool>`. */
export interface ServedTool {
  readonly spec: ToolSpec;
  readonly call: (input: Record<string, unknown>) => Promise<CallOutcome>;
}

const mostTools = 32;
const textCap = 20_000;

/** The tools of the servers that the rules allow. Throws `ConfigInvalid` where one does not come up. */
export async function servedTools(
  servers: Readonly<Record<string, ToolServer>>,
  place: ToolPlace,
  tell: (event: ClaimedEvent) => void,
): Promise<readonly ServedTool[]> {
  const found: ServedTool[] = [];
  for (const [name, server] of Object.entries(servers)) {
    found.push(...(await toolsOf(name, server, place, tell)));
  }
  return found;
}

async function toolsOf(
  name: string,
  server: ToolServer,
  place: ToolPlace,
  tell: (event: ClaimedEvent) => void,
): Promise<ServedTool[]> {
  try {
    const { tools } = await askServer(place, server, 'tools/list', {});
    return objectsIn(tools)
      .slice(0, mostTools)
      .flatMap((tool) => {
        const own = textIn(tool.name);
        const full = `mcp__${name}__${own}`;
        // What no model can be offered under its name is left out.
        if (own === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(full)) return [];
        const description = (textIn(tool.description) ?? own).slice(0, 2_000);
        const schema = { ...(asObject(tool.inputSchema) ?? { type: 'object' }) };
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
