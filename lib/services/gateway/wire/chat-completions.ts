import { RequestInvalid } from '../../../domain/errors.ts';
import { chatUsage } from '../../../domain/wire-usage.ts';
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
import { openaiError } from './openai-errors.ts';
import { sentEvent } from './sse.ts';
import type { Checked, Piece, Tally, WireRules } from './wire-rules.ts';

const members = new Set(
  `model messages tools tool_choice parallel_tool_calls temperature top_p top_k min_p repeat_penalty stop stream
  max_tokens max_completion_tokens response_format seed frequency_penalty presence_penalty reasoning_effort
  reasoning verbosity prompt_cache_key chat_template_kwargs`.split(/\s+/),
);
const refused = {
  web_search_options: 'the provider would search the web',
  store: 'the provider keeps nothing',
  audio: 'only text is relayed',
};
const parts = new Set(['text', 'image_url', 'refusal']);

/** OpenAI's Chat Completions. */
export const chatRules: WireRules = {
  wire: 'chat-completions',
  headers: () => ({}),
  check,
  // Nothing of a conversation is signed here.
  unsigned: (body) => body,
  tally,
  tallyWhole: (known, reply) => {
    tally(known, reply);
    known.complete = known.stop !== '';
  },
  pieces,
  errorBody: openaiError,
  errorEvent: (error) => sentEvent(openaiError(error)),
};

function check(request: Members, model: string): Checked {
  refuseMembers(request, refused);
  if (request.n !== undefined && request.n !== null && request.n !== 1) {
    throw new RequestInvalid('n is not allowed here: a call has one reply');
  }
  for (const message of listAt(request.messages, 'messages')) checkMessage(message);
  for (const tool of listAt(request.tools, 'tools')) {
    refuseKind(objectAt(tool, 'a tool').type, new Set(['function', 'custom']), 'a tool');
  }
  const { body, dropped } = allowed(request, members);
  // Whichever name the client uses is the one that its server knows.
  const name = body.max_tokens == null ? 'max_completion_tokens' : 'max_tokens';
  const maxTokens = cappedTokens(body[name]);
  delete body.max_tokens;
  delete body.max_completion_tokens;
  const stream = request.stream === true;
  return {
    body: {
      ...body,
      model,
      [name]: maxTokens,
      // Without it a stream counts nothing.
      ...(stream ? { stream_options: { include_usage: true } } : {}),
    },
    stream,
    maxTokens,
    askedFor: textAt(request.model).slice(0, 200),
    dropped: dropped.filter((member) => !['stream_options', 'n', 'store'].includes(member)),
    hidden: true,
  };
}

function checkMessage(message: unknown): void {
  const { content } = objectAt(message, 'a message');
  if (content === undefined || content === null || typeof content === 'string') return;
  for (const entry of listAt(content, 'content')) {
    const part = objectAt(entry, 'a part');
    refuseKind(part.type, parts, 'content');
    if (part.type === 'image_url') refuseAddress(membersOf(part.image_url).url);
  }
}

/** Throws `RequestInvalid` for a picture that the provider would fetch. */
export function refuseAddress(url: unknown): void {
  if (typeof url === 'string' && url.startsWith('data:')) return;
  throw new RequestInvalid('a picture must be sent as data: its provider would fetch it');
}

function tally(known: Tally, event: Members): void {
  known.model = textAt(event.model) || known.model;
  if (event.usage !== null && typeof event.usage === 'object') {
    known.usage = chatUsage(event.usage as Members);
  }
  if (event.error !== undefined) {
    known.failed = textAt(membersOf(event.error).message) || 'an error without words';
  }
  const [choice] = Array.isArray(event.choices) ? event.choices : [];
  const finish = textAt(membersOf(choice).finish_reason);
  if (finish === '') return;
  known.stop = finish;
  // What comes after it is only the usage, which some servers leave out.
  known.complete = true;
}

function pieces(event: Members): readonly Piece[] {
  const choices = Array.isArray(event.choices) ? event.choices : [];
  return choices.flatMap((choice: unknown, at) => {
    const delta = membersOf(membersOf(choice).delta) as Record<string, unknown>;
    const texts = ['content', 'refusal', 'reasoning', 'reasoning_content'].map((key) => {
      return { channel: `${at}/${key}`, holder: delta, key };
    });
    const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
    const made = calls.flatMap((call: unknown) => {
      const { index, function: called, custom } = membersOf(call);
      return [
        { channel: `${at}/${index}/arguments`, holder: membersOf(called), key: 'arguments' },
        { channel: `${at}/${index}/input`, holder: membersOf(custom), key: 'input' },
      ];
    });
    return [...texts, ...made].filter(
      (piece): piece is Piece => typeof piece.holder[piece.key] === 'string',
    );
  });
}
