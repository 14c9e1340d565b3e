import { expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import { addChunk, emptyDraft, replyOf } from '../../lib/providers/chat-completions.ts';

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
const guessed = { input: 7, cacheRead: 0, cacheWrite: 0, output: 3 };
const chunk = (
  delta: Chunk['choices'][number]['delta'],
  finish_reason: 'stop' | null = null,
): Chunk => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
});

test('a server that counts nothing and names no call gets numbers and ids of ours', () => {
  const draft = emptyDraft();
  addChunk(draft, chunk({ tool_calls: [{ index: 0, function: { name: 'read' } }] }));
  addChunk(draft, chunk({}, 'stop'));
  expect(replyOf(draft, 4, guessed)).toEqual({
    content: [{ type: 'tool_use', id: 'call-4-0', name: 'read', input: {} }],
    stop: 'tool',
    usage: guessed,
    estimated: true,
    model: 'm',
  });
});

test('a refusal is a refusal', () => {
  const draft = emptyDraft();
  addChunk(draft, chunk({ refusal: 'No.' }, 'stop'));
  expect(replyOf(draft, 1, guessed)).toMatchObject({
    content: [{ type: 'text', text: 'No.' }],
    stop: 'refusal',
  });
});
