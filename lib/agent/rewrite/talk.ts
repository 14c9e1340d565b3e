import * as z from 'zod';
import { HandoffInvalid, ModelFailed } from '../../domain/errors.ts';
import type { Message, ModelReply, ModelRequest } from '../../domain/model.ts';
import { jsonIn } from '../json-answer.ts';

/** Asks the model through the gateway. */
export type CallModel = (request: ModelRequest) => Promise<ModelReply>;

/** One reply as text. */
export interface Said {
  readonly text: string;
  /** It was cut off at the length limit. */
  readonly cutOff: boolean;
}

/** What is asked beside the conversation itself. */
export type Asked = Pick<ModelRequest, 'maxTokens' | 'responseSchema' | 'temperature'>;

/** Asks once, without tools. Throws `ModelFailed` where the model refuses, and what the gateway throws. */
export async function say(
  call: CallModel,
  system: string,
  messages: readonly Message[],
  asked: Asked,
): Promise<Said> {
  const reply = await call({ system, tools: [], messages, ...asked });
  if (reply.stop === 'refusal') throw new ModelFailed('the model refused to go on');
  const text = reply.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  return { text: text.join('\n'), cutOff: reply.stop === 'length' };
}

/** A message of plain text. */
export function message(role: Message['role'], text: string): Message {
  // Providers refuse a turn without content.
  return { role, content: [{ type: 'text', text: text.trim() === '' ? '(no answer)' : text }] };
}

const goesBack = 2;

/** A question whose answer is one JSON object. */
export interface TypedQuestion<T> {
  readonly name: string;
  readonly system: string;
  readonly brief: string;
  /** Sent to the server, and told in the prompt for servers that can't hold a model to it. */
  readonly schema: z.ZodObject;
  /** Takes the answer apart. Throws `HandoffInvalid` with what is wrong, in words for the model. */
  readonly take: (answer: Record<string, unknown>) => T | Promise<T>;
  readonly maxTokens: number;
}

/** Asks for a typed answer; an invalid one goes back twice at most, the next is thrown as `HandoffInvalid`. */
export async function askTyped<T>(call: CallModel, question: TypedQuestion<T>): Promise<T> {
  const schema = wireSchema(question.schema);
  const form = `Answer with one JSON object and nothing else. Its form, as JSON Schema:\n${JSON.stringify(schema)}`;
  let messages = [message('user', `${question.brief}\n\n${form}`)];
  const { name, maxTokens } = question;
  for (let tries = 0; ; tries += 1) {
    const asked = { maxTokens, responseSchema: { name, schema }, temperature: tries * 0.4 };
    const said = await say(call, question.system, messages, asked);
    try {
      return await question.take(objectIn(said));
    } catch (error) {
      if (!(error instanceof HandoffInvalid) || tries >= goesBack) throw error;
      const back = `Not accepted: ${error.message}\nAnswer again with one whole JSON object.`;
      messages = [...messages, message('assistant', said.text), message('user', back)];
    }
  }
}

function objectIn({ text, cutOff }: Said): Record<string, unknown> {
  if (cutOff) throw new HandoffInvalid('the answer was cut off at the length limit: be shorter');
  const value = jsonIn(text);
  if (value === undefined) throw new HandoffInvalid('the answer holds no JSON object');
  return value;
}

/** Parses with a schema of the domain's. Throws `HandoffInvalid`. */
export function parsedBy<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HandoffInvalid(z.prettifyError(parsed.error));
}

/** Bounds that servers take badly, or build large grammars for; the domain's own schema checks them after. */
const bounds = new Set([
  '$schema',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'pattern',
  'format',
]);

function wireSchema(schema: z.ZodObject): Record<string, unknown> {
  return without(z.toJSONSchema(schema, { io: 'output' })) as Record<string, unknown>;
}

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !bounds.has(key));
  return Object.fromEntries(kept.map(([key, one]) => [key, without(one)]));
}
