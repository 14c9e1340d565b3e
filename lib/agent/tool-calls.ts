import { DomainError } from '../domain/errors.ts';
import type { ToolUseBlock } from '../domain/model.ts';
import type { CallOutcome } from './loop.ts';
import type { ClaimedEvent } from './teller.ts';
import { parseArguments } from './tool-specs.ts';
import { type Tool, type ToolAnswer, type ToolPlace, ToolProblem } from './tools/tool.ts';

/**
 * Runs one tool call and tells the ledger of it. What the model did wrong becomes the result that it
 * sees; only the end of the stage is thrown.
 */
export async function runTool(
  tool: Tool,
  call: ToolUseBlock,
  place: ToolPlace,
  tell: (event: ClaimedEvent) => void,
): Promise<CallOutcome> {
  const parsed = parseArguments(tool.schema, call);
  if ('fault' in parsed) return { text: parsed.fault, isError: true };
  const started = performance.now();
  const answer = await answerOf(tool, parsed.input, place);
  // What was cut off by the stage's end is no result.
  place.signal.throwIfAborted();
  const isError = answer.isError === true;
  const durationMs = Math.round(performance.now() - started);
  tell({
    kind: 'tool.called',
    data: { tool: tool.name, durationMs, isError, ...answer.facts },
  });
  return { text: answer.text, isError };
}

async function answerOf(tool: Tool, input: unknown, place: ToolPlace): Promise<ToolAnswer> {
  try {
    return await tool.run(input as never, place);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (error instanceof ToolProblem) return { text: error.message, isError: true };
    // A file system's own refusal: its text would name real paths.
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return { text: `${tool.name} failed: ${code}`, isError: true };
  }
}
