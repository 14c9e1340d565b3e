import { RequestInvalid } from '../../../domain/errors.ts';
import { responsesUsage } from '../../../domain/wire-usage.ts';
import { refuseAddress } from './chat-completions.ts';
import {
  allowed,
  cappedTokens,
  listAt,
  type Members,
  membersOf,
  objectAt,
  refuseKind,
  refuseMembers,
  textAt,
} from './members.ts';
import { openaiError, responsesCode } from './openai-errors.ts';
import { sentEvent } from './sse.ts';
import type { WireError } from './wire-error.ts';
import type { Checked, Piece, Tally, WireRules } from './wire-rules.ts';

const members = new Set(
  `model input instructions tools tool_choice parallel_tool_calls temperature top_p stream max_output_tokens
  reasoning text include truncation prompt_cache_key stream_options`.split(/\s+/),
);
const refused = {
  previous_response_id: 'the provider keeps no conversation; send the whole one',
  conversation: 'the provider keeps no conversation; send the whole one',
  background: 'a call lasts as long as its client listens',
  prompt: 'a prompt that the provider keeps is not to be used',
};
const items = new Set(
  `message reasoning function_call function_call_output custom_tool_call custom_tool_call_output local_shell_call
  local_shell_call_output shell_call shell_call_output apply_patch_call apply_patch_call_output additional_tools
  tool_search_call tool_search_output compaction`.split(/\s+/),
);
const parts = new Set(
  'input_text output_text input_image refusal summary_text reasoning_text text'.split(' '),
);
/** Tools that the client carries out itself. */
const clientTools = new Set(['function', 'custom', 'local_shell', 'apply_patch', 'namespace']);

/** OpenAI's Responses. */
export const responsesRules: WireRules = {
  wire: 'responses',
  headers: () => ({}),
  check,
  unsigned,
  tally,
  tallyWhole: (known, reply) => readResponse(known, reply),
  pieces,
  errorBody: openaiError,
  errorEvent,
};

function check(request: Members, model: string): Checked {
  refuseMembers(request, refused);
  if (typeof request.input !== 'string') {
    for (const item of listAt(request.input, 'input')) checkItem(objectAt(item, 'an item'));
  }
  checkTools(request.tools);
  const { body, dropped } = allowed(request, members);
  const maxTokens = cappedTokens(request.max_output_tokens);
  return {
    // What a client wants kept is sent along instead: nothing of a run stays with the provider.
    body: { ...body, model, max_output_tokens: maxTokens, store: false },
    stream: request.stream === true,
    maxTokens,
    askedFor: textAt(request.model).slice(0, 200),
    dropped: dropped.filter((name) => name !== 'store' || request.store === true),
    hidden: true,
  };
}

/** Ids go as well: an item that has one is looked for beside the reasoning that it came of. */
function unsigned(body: Members): Members {
  if (typeof body.input === 'string') return body;
  const input = listAt(body.input, 'input')
    .map(membersOf)
    .filter(({ type }) => type !== 'reasoning')
    .map(({ id: _id, ...item }) => item);
  return { ...body, input };
}

function checkItem(item: Members): void {
  refuseKind(item.type ?? 'message', items, 'an item');
  if (item.type === 'additional_tools') checkTools(item.tools);
  checkParts(item.content);
  checkParts(item.output);
}

function checkParts(content: unknown): void {
  if (!Array.isArray(content)) return;
  for (const entry of listAt(content, 'content')) {
    const part = membersOf(entry);
    // The output of a shell is a list of its own form, without a type.
    if (part.type === undefined) continue;
    refuseKind(part.type, parts, 'content');
    if (part.type === 'input_image') refuseAddress(part.image_url);
  }
}

function checkTools(tools: unknown): void {
  for (const entry of listAt(tools, 'tools')) {
    const tool = objectAt(entry, 'a tool');
    const local =
      (tool.type === 'shell' && membersOf(tool.environment).type === 'local') ||
      (tool.type === 'tool_search' && tool.execution === 'client');
    if (local) continue;
    if (typeof tool.type !== 'string' || !clientTools.has(tool.type)) {
      const told = String(tool.type).slice(0, 80);
      throw new RequestInvalid(`the tool ${told} is not allowed here: the provider would run it`);
    }
    checkTools(tool.tools);
  }
}

function tally(known: Tally, event: Members): void {
  switch (event.type) {
    case 'error':
      known.failed = textAt(event.message) || textAt(membersOf(event.error).message) || 'an error';
      break;
    case 'response.created':
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      readResponse(known, membersOf(event.response));
  }
}

function readResponse(known: Tally, response: Members): void {
  known.model = textAt(response.model) || known.model;
  if (response.usage !== null && typeof response.usage === 'object') {
    known.usage = responsesUsage(response.usage as Members);
  }
  const status = textAt(response.status);
  if (status === 'failed') {
    known.failed = textAt(membersOf(response.error).message) || 'an error without words';
  }
  if (status !== 'completed' && status !== 'incomplete') return;
  known.stop = textAt(membersOf(response.incomplete_details).reason) || status;
  known.complete = true;
}

function pieces(event: Members): readonly Piece[] {
  if (typeof event.delta !== 'string' || !textAt(event.type).endsWith('.delta')) return [];
  const at = [event.type, event.item_id, event.output_index, event.content_index];
  const holder = event as Record<string, unknown>;
  return [{ channel: at.join('/'), holder, key: 'delta' }];
}

/** As a response fails that had begun. */
function errorEvent(error: WireError): string {
  const type = 'response.failed';
  const code = responsesCode(error);
  const failed = { id: '', object: 'response', status: 'failed', output: [] };
  const response = { ...failed, error: { code, message: error.message } };
  return sentEvent({ type, response }, type);
}
