import { AgentStuck, ModelFailed } from '../domain/errors.ts';
import { showHidden } from '../domain/hidden-text.ts';
import type {
  Message,
  ModelReply,
  ModelRequest,
  ReplyBlock,
  TextBlock,
  ToolResultBlock,
  ToolUseBlock,
} from '../domain/model.ts';
import { fitWindow } from './context-window.ts';
import { watchRepetition } from './repetition.ts';

/** What became of one tool call. `done` ends the conversation: the role has left its result. */
export interface CallOutcome {
  readonly text: string;
  readonly isError: boolean;
  readonly done?: boolean;
}

/** One conversation with a model. */
export interface LoopRequest {
  readonly system: string;
  readonly tools: ModelRequest['tools'];
  /** The first message. */
  readonly brief: string;
  readonly maxTokens: number;
  readonly turns: number;
  /** Characters of conversation, see `context-window.ts`. */
  readonly window: number;
  readonly callModel: (request: ModelRequest) => Promise<ModelReply>;
  /** Runs one tool call. What it throws ends the conversation. */
  readonly callTool: (call: ToolUseBlock) => Promise<CallOutcome>;
  readonly signal: AbortSignal;
}

const warnTurns = 5;
const idleLimit = 3;
const callsPerTurn = 16;

const words = {
  useTools:
    'Nothing was done: a reply must call a tool. Go on with the tools, or leave your result with the tool for it.',
  tooLong:
    'Your reply was cut off at the length limit, so nothing of it was run. Be shorter: write long files in parts.',
  tooMany: `Not run: at most ${callsPerTurn} tool calls in one reply.`,
  repeats:
    'You have made this same call several times now, and it will not turn out differently. Try something else.',
};

/**
 * The agent: ask the model, run what it calls, tell it the results, until a call says that it is done.
 * Earlier messages are never changed but by the window, so a provider's cache pays for all but the new
 * turn. Throws `AgentStuck`, `ModelFailed`, and whatever a model or tool call throws.
 */
export async function converse(request: LoopRequest): Promise<void> {
  const { system, tools, maxTokens } = request;
  const repeats = watchRepetition();
  let messages: readonly Message[] = [{ role: 'user', content: [text(request.brief)] }];
  let idle = 0;
  for (let turn = 1; turn <= request.turns; turn += 1) {
    request.signal.throwIfAborted();
    messages = fitWindow(messages, request.window);
    const reply = await request.callModel({ system, tools, messages, maxTokens });
    if (reply.stop === 'refusal') throw new ModelFailed('the model refused to go on');
    const calls = reply.content.filter((block) => block.type === 'tool_use');
    const cutOff = reply.stop === 'length';
    idle = cutOff || calls.length === 0 ? idle + 1 : 0;
    if (idle === idleLimit) {
      throw new AgentStuck(`${idleLimit} replies in a row called no tool or were cut off`);
    }
    const results = cutOff ? calls.map(unrun) : await runCalls(request, calls, repeats);
    if (results === 'done') return;
    const notes = [
      ...(cutOff ? [words.tooLong] : calls.length === 0 ? [words.useTools] : []),
      ...(request.turns - turn === warnTurns
        ? [`Only ${warnTurns} turns are left. Bring it to an end and leave your result.`]
        : []),
    ];
    messages = [
      ...messages,
      { role: 'assistant', content: speakable(reply.content) },
      { role: 'user', content: [...results, ...notes.map(text)] },
    ];
  }
  throw new AgentStuck(`all ${request.turns} turns are used and no result was left`);
}

async function runCalls(
  request: LoopRequest,
  calls: readonly ToolUseBlock[],
  repeats: ReturnType<typeof watchRepetition>,
): Promise<ToolResultBlock[] | 'done'> {
  const results: ToolResultBlock[] = [];
  for (const [n, call] of calls.entries()) {
    request.signal.throwIfAborted();
    if (n >= callsPerTurn) {
      results.push(resultOf(call, words.tooMany, true));
      continue;
    }
    const repeat = repeats(call);
    if (repeat === 'stop') throw new AgentStuck(`the model kept repeating one call: ${call.name}`);
    const outcome = await request.callTool(call);
    if (outcome.done) return 'done';
    const told = repeat === 'tell' ? `${outcome.text}\n\n${words.repeats}` : outcome.text;
    // Files, their names and what programs print are strangers' words.
    results.push(resultOf(call, showHidden(told), outcome.isError));
  }
  return results;
}

function unrun(call: ToolUseBlock): ToolResultBlock {
  return resultOf(call, 'Not run.', true);
}

function resultOf(call: ToolUseBlock, content: string, isError: boolean): ToolResultBlock {
  return { type: 'tool_result', toolUseId: call.id, content, isError };
}

function text(words: string): TextBlock {
  return { type: 'text', text: words };
}

/** Providers refuse a turn without content, and blank text. */
function speakable(content: readonly ReplyBlock[]): readonly ReplyBlock[] {
  const kept = content.filter((block) => block.type !== 'text' || block.text.trim() !== '');
  return kept.length > 0 ? kept : [text('(no answer)')];
}
