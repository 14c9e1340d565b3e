import { RequestInvalid } from '../../../domain/errors.ts';
import { type MessagesUsage, messagesUsage } from '../../../domain/wire-usage.ts';
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
import { sentEvent } from './sse.ts';
import type { WireError } from './wire-error.ts';
import type { Checked, Piece, Tally, WireRules } from './wire-rules.ts';

const members = new Set(
  `model max_tokens messages system tools tool_choice temperature top_p top_k stop_sequences stream thinking
  cache_control output_config output_format context_management`.split(/\s+/),
);
const refused = {
  mcp_servers: 'tools on other servers are not to be reached',
  container: 'code runs in the sandbox',
  thread: 'the provider keeps no conversation; send the whole one',
  fallbacks: 'which model answers is set for the run',
};
const blocks = new Set(
  `text image document search_result tool_use tool_result thinking redacted_thinking tool_reference
  compaction`.split(/\s+/),
);
/** Tools that the client carries out itself. */
const clientTool = /^(?:custom|(?:bash|text_editor|memory|computer)_\d{8})$/;
/** Features of the API that a body may not use here, or that are dearer than their model's listed price. */
const refusedBeta =
  /^(?:files-api|mcp-client|code-execution|web-|message-threads|skills|fast-mode|context-1m|managed-agents|advanced-tool-use|environments)/;

const errorTypes: Record<number, string> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** Anthropic's Messages. */
export const messagesRules: WireRules = {
  wire: 'messages',
  headers: (given) => {
    const betas = (given['anthropic-beta'] ?? '')
      .split(',')
      .map((beta) => beta.trim())
      .filter((beta) => /^[a-z0-9.-]{1,80}$/.test(beta) && !refusedBeta.test(beta));
    const version = given['anthropic-version'] ?? '';
    return {
      'anthropic-version': /^\d{4}-\d{2}-\d{2}$/.test(version) ? version : '2023-06-01',
      ...(betas.length === 0 ? {} : { 'anthropic-beta': betas.slice(0, 30).join(',') }),
    };
  },
  check,
  unsigned,
  tally,
  tallyWhole: (known, reply) => {
    readHead(known, reply);
    known.stop = textAt(reply.stop_reason);
    known.complete = known.stop !== '';
  },
  pieces,
  errorBody,
  errorEvent: (error) => sentEvent(errorBody(error), 'error'),
};

function check(request: Members, model: string): Checked {
  refuseMembers(request, refused);
  for (const message of listAt(request.messages, 'messages')) {
    checkContent(objectAt(message, 'a message').content);
  }
  checkContent(request.system);
  for (const tool of listAt(request.tools, 'tools')) {
    const { type = 'custom' } = objectAt(tool, 'a tool');
    if (typeof type !== 'string' || !clientTool.test(type)) {
      const told = String(type).slice(0, 80);
      throw new RequestInvalid(`the tool ${told} is not allowed here: the provider would run it`);
    }
  }
  const { body, dropped } = allowed(request, members);
  const maxTokens = cappedTokens(request.max_tokens);
  const thinking = membersOf(request.thinking);
  const budget = thinking.budget_tokens;
  if (typeof budget === 'number' && budget >= maxTokens) {
    body.thinking = { ...thinking, budget_tokens: maxTokens - 1 };
  }
  return {
    body: { ...body, model, max_tokens: maxTokens },
    stream: request.stream === true,
    maxTokens,
    askedFor: textAt(request.model).slice(0, 200),
    dropped,
    hidden: request.thinking !== undefined && thinking.type !== 'disabled',
  };
}

const signed = new Set(['thinking', 'redacted_thinking']);

function unsigned(body: Members): Members {
  const messages = listAt(body.messages, 'messages').map((each) => {
    const message = membersOf(each);
    if (!Array.isArray(message.content)) return message;
    const kept = message.content.filter((block) => !signed.has(textAt(membersOf(block).type)));
    // A message may not be empty.
    const content = kept.length > 0 ? kept : [{ type: 'text', text: '(empty)' }];
    return { ...message, content };
  });
  return { ...body, messages };
}

/** Content must be there: what the provider would fetch, or keeps, is a way out of the sandbox. */
function checkContent(content: unknown): void {
  if (content === undefined || content === null || typeof content === 'string') return;
  for (const entry of listAt(content, 'content')) {
    const block = objectAt(entry, 'a block');
    refuseKind(block.type, blocks, 'content');
    // The source of a search result is a name; of a picture or document, where its bytes are.
    if (block.type === 'image' || block.type === 'document') {
      const { type, content: inner } = objectAt(block.source, 'a source');
      refuseKind(type, new Set(['base64', 'text', 'content']), 'a source');
      if (type === 'content') checkContent(inner);
    }
    if (block.type === 'tool_result') checkContent(block.content);
  }
}

function tally(known: Tally, event: Members): void {
  switch (event.type) {
    case 'message_start':
      readHead(known, membersOf(event.message));
      break;
    case 'message_delta':
      known.stop = textAt(membersOf(event.delta).stop_reason) || known.stop;
      readUsage(known, membersOf(event.usage));
      break;
    case 'message_stop':
      known.complete = true;
      break;
    case 'error':
      known.failed = textAt(membersOf(event.error).message) || 'an error without words';
  }
}

function readHead(known: Tally, message: Members): void {
  known.model = textAt(message.model) || known.model;
  readUsage(known, membersOf(message.usage));
}

/** Later counts stand over earlier ones, member by member. */
function readUsage(known: Tally, usage: MessagesUsage): void {
  const read = messagesUsage(usage);
  const before = known.usage;
  const has = (name: keyof MessagesUsage) => typeof usage[name] === 'number';
  known.usage = {
    input: has('input_tokens') ? read.input : (before?.input ?? 0),
    cacheRead: has('cache_read_input_tokens') ? read.cacheRead : (before?.cacheRead ?? 0),
    cacheWrite: has('cache_creation_input_tokens') ? read.cacheWrite : (before?.cacheWrite ?? 0),
    output: has('output_tokens') ? read.output : (before?.output ?? 0),
  };
}

function pieces(event: Members): readonly Piece[] {
  if (event.type !== 'content_block_delta') return [];
  const holder = membersOf(event.delta) as Record<string, unknown>;
  return ['text', 'thinking', 'partial_json']
    .filter((key) => typeof holder[key] === 'string')
    .map((key) => ({ channel: `${event.index}/${key}`, holder, key }));
}

function errorBody({ status, message }: WireError): unknown {
  const type = errorTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { type: 'error', error: { type, message } };
}
