import { describe, expect, test } from '@jest/globals';
import { fitWindow, sizeOf } from '../../lib/agent/context-window.ts';
import { type CallOutcome, converse, type LoopRequest } from '../../lib/agent/loop.ts';
import { toolSpec } from '../../lib/agent/tool-specs.ts';
import { tools } from '../../lib/agent/tools/registry.ts';
import { AgentStuck, ModelFailed } from '../../lib/domain/errors.ts';
import type { Message, ModelReply, ModelRequest, StopReason } from '../../lib/domain/model.ts';
import { coder } from '../../lib/roles/coder.ts';
import { lastTold, reply, type Words } from './fixtures/words.ts';

interface Given extends Partial<LoopRequest> {
  readonly words: (turn: number) => Words;
  readonly stop?: (turn: number) => StopReason | undefined;
  readonly outcome?: (name: string, input: Record<string, unknown>) => CallOutcome;
}

/** Converses with scripted words; `done` ends it. */
async function play(
  given: Given,
): Promise<{ requests: ModelRequest[]; ran: string[]; error?: unknown }> {
  const requests: ModelRequest[] = [];
  const ran: string[] = [];
  const { words, stop, outcome, ...rest } = given;
  const request: LoopRequest = {
    system: 'system',
    tools: [],
    brief: 'brief',
    maxTokens: 100,
    turns: 40,
    window: 400_000,
    signal: new AbortController().signal,
    callModel: async (asked): Promise<ModelReply> => {
      requests.push(asked);
      return reply(words(requests.length), requests.length, stop?.(requests.length));
    },
    callTool: async (call) => {
      ran.push(call.name);
      if (call.name === 'done') return { text: '', isError: false, done: true };
      return outcome?.(call.name, call.input) ?? { text: `ran ${call.name}`, isError: false };
    },
    ...rest,
  };
  try {
    await converse(request);
    return { requests, ran };
  } catch (error) {
    return { requests, ran, error };
  }
}

describe('converse', () => {
  test('runs calls in order, tells their results, ends where a call is done', async () => {
    const script: Words[] = [
      [['a', {}], 'and', ['b', {}]],
      [
        ['c', {}],
        ['done', {}],
        ['d', {}],
      ],
    ];
    const { requests, ran, error } = await play({ words: (turn) => script[turn - 1] ?? [] });
    expect(error).toBeUndefined();
    expect(ran).toEqual(['a', 'b', 'c', 'done']);
    expect(requests[1]?.messages.map((message) => message.role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
    expect(lastTold(requests[1])).toEqual(['ran a', 'ran b']);
  });

  test('a reply without a call is told; three in a row end it', async () => {
    const { requests, error } = await play({ words: () => ['let me think'] });
    expect(error).toBeInstanceOf(AgentStuck);
    expect(requests).toHaveLength(3);
    expect(lastTold(requests[1])[0]).toMatch(/must call a tool/);
    const back = await play({
      words: (turn) => (turn % 3 ? [] : turn === 9 ? [['done', {}]] : [['a', {}]]),
    });
    expect(back.error).toBeUndefined();
    expect(back.requests[1]?.messages[1]?.content).toEqual([{ type: 'text', text: '(no answer)' }]);
  });

  test('a reply that was cut off is not run, and told to be shorter', async () => {
    const { requests, ran } = await play({
      words: (turn) => (turn === 1 ? [['create', { path: 'x', content: 'half' }]] : [['done', {}]]),
      stop: (turn) => (turn === 1 ? 'length' : undefined),
    });
    expect(ran).toEqual(['done']);
    expect(lastTold(requests[1])).toEqual(['Not run.', expect.stringMatching(/Be shorter/)]);
  });

  test('a refusal is the model failing', async () => {
    const { error } = await play({ words: () => ['no'], stop: () => 'refusal' });
    expect(error).toBeInstanceOf(ModelFailed);
  });

  test('tells when five turns are left, and ends after the last', async () => {
    const { requests, error } = await play({ turns: 9, words: (turn) => [['a', { turn }]] });
    expect(error).toMatchObject({ name: 'AgentStuck', message: expect.stringMatching(/9 turns/) });
    expect(requests).toHaveLength(9);
    expect(lastTold(requests[3])).toHaveLength(1);
    expect(lastTold(requests[4])[1]).toMatch(/Only 5 turns are left/);
    expect(lastTold(requests[5])).toHaveLength(1);
  });

  test('a model that repeats itself is told once, then stopped', async () => {
    const { requests, ran, error } = await play({ words: () => [['a', { same: true }]] });
    expect(error).toBeInstanceOf(AgentStuck);
    expect(ran).toHaveLength(5);
    const told = requests.map((request) => lastTold(request)[0] ?? '');
    expect(told.filter((text) => text.includes('same call'))).toHaveLength(1);
  });

  test('runs at most sixteen calls of one reply', async () => {
    const many = Array.from({ length: 20 }, (_, n) => ['a', { n }] as const);
    const { requests, ran } = await play({ words: (turn) => (turn === 1 ? many : [['done', {}]]) });
    expect(ran).toHaveLength(17);
    expect(lastTold(requests[1]).filter((text) => text.startsWith('Not run'))).toHaveLength(4);
  });

  test('an abort ends it before the next call', async () => {
    const controller = new AbortController();
    const reason = new Error('over');
    const { ran, error } = await play({
      signal: controller.signal,
      words: () => [
        ['a', {}],
        ['b', {}],
      ],
      outcome: () => {
        controller.abort(reason);
        return { text: '', isError: false };
      },
    });
    expect(ran).toEqual(['a']);
    expect(error).toBe(reason);
  });

  test('over 30 turns at least 95% of what is sent is the request before, byte for byte', async () => {
    const offered = [...coder.tools.map((name) => tools[name]), ...coder.submits].map(toolSpec);
    const { requests } = await play({
      system: coder.system,
      tools: offered,
      turns: 30,
      words: (turn) => ['I look.', ['shell', { command: `sed -n ${turn}p file` }]],
      outcome: () => ({ text: 'line of output\n'.repeat(20), isError: false }),
    });
    const sent = requests.map(
      (request) =>
        JSON.stringify([request.system, request.tools]).slice(0, -1) +
        request.messages.map((message) => JSON.stringify(message)).join(),
    );
    const shared = sent
      .slice(1)
      .map((text, n) => (text.startsWith(sent[n] ?? '') ? (sent[n]?.length ?? 0) : 0));
    const total = sent.slice(1).reduce((sum, text) => sum + text.length, 0);
    expect(sent).toHaveLength(30);
    expect(shared.reduce((sum, length) => sum + length, 0) / total).toBeGreaterThanOrEqual(0.95);
  });
});

describe('fitWindow', () => {
  const result = (n: number, length: number): Message => ({
    role: 'user',
    content: [
      { type: 'tool_result', toolUseId: `t${n}`, content: 'x'.repeat(length), isError: false },
    ],
  });
  const asked = (n: number, length = 10): Message => ({
    role: 'assistant',
    content: [
      { type: 'tool_use', id: `t${n}`, name: 'create', input: { content: 'y'.repeat(length) } },
    ],
  });
  const first: Message = { role: 'user', content: [{ type: 'text', text: 'z'.repeat(5000) }] };
  const turns = (count: number, resultLength: number, inputLength?: number) => [
    first,
    ...Array.from({ length: count }, (_, n) => [
      asked(n, inputLength),
      result(n, resultLength),
    ]).flat(),
  ];

  test('leaves what fits untouched', () => {
    const messages = turns(10, 100);
    expect(fitWindow(messages, 50_000)).toBe(messages);
  });

  test('cuts the oldest results down to half the window, and keeps every call answered', () => {
    const messages = turns(50, 2000);
    const cut = fitWindow(messages, 100_000);
    expect(sizeOf(cut)).toBeLessThanOrEqual(50_000);
    expect(sizeOf(cut)).toBeGreaterThan(40_000);
    expect(cut).toHaveLength(messages.length);
    expect(cut[0]).toBe(first);
    expect(cut.slice(-2)).toEqual(messages.slice(-2));
    expect(JSON.stringify(cut[2])).toContain('removed to save space');
  });

  test('cuts rarely: in a growing conversation most turns leave earlier messages alone', async () => {
    let changes = 0;
    let messages: readonly Message[] = [first];
    for (let n = 0; n < 200; n += 1) {
      messages = [...messages, asked(n), result(n, 2000)];
      const fitted = fitWindow(messages, 100_000);
      if (fitted !== messages) changes += 1;
      messages = fitted;
      expect(sizeOf(messages)).toBeLessThanOrEqual(100_000);
    }
    expect(changes).toBeLessThan(20);
  });

  test('long arguments go where results are not enough', () => {
    const cut = fitWindow(turns(50, 10, 3000), 100_000);
    expect(sizeOf(cut)).toBeLessThanOrEqual(50_000);
    expect(JSON.stringify(cut[1])).toContain('removed to save space');
  });
});
