import { describe, expect, test } from '@jest/globals';
import type { Message, ModelRequest } from '../../../lib/domain/model.ts';
import type { ModelChoice } from '../../../lib/domain/run.ts';
import { type ScriptedTurn, startScriptedModel } from '../../fakes/scripted-model.ts';
import { type Scene, scene } from '../../local/gateway/scene.ts';
import { impatient } from '../../providers/provider-fixture.ts';

const first: Message = { role: 'user', content: [{ type: 'text', text: 'Fix it.' }] };
const request: ModelRequest = {
  system: 'You are the coder.',
  tools: [],
  messages: [first],
  maxTokens: 1000,
};
const says = (text: string): ScriptedTurn => ({ content: [{ type: 'text', text }] });
const fails = (status: number, message = `scripted ${status}`): ScriptedTurn => ({
  failures: [{ status, message, retryAfterMs: 1 }],
});

/** A second server beside the scene's own. */
type Other = Awaited<ReturnType<typeof startScriptedModel>>;
type Standby = (other: Other) => ModelChoice;

/** At another provider, over another protocol. */
const chat: Standby = ({ openaiUrl: baseUrl }) => ({
  ...{ provider: 'openai-compatible', model: 'qwen-x', baseUrl },
});

/** A coder whose first model is at the scene's server, and the next at another. */
async function chainScene(
  own: readonly ScriptedTurn[],
  standby: readonly ScriptedTurn[],
  play: (scene: Scene, other: Other) => Promise<void>,
  given: { at?: Standby; settings?: Parameters<typeof scene>[1] } = {},
): Promise<void> {
  const other = await startScriptedModel({ turns: [{ when: 'You are', turns: standby }] });
  const { at = chat, settings = {} } = given;
  const served = () => ({ fallbacks: [at(other)] });
  try {
    await scene(own, { served, ...settings }, (all) => play(all, other));
  } finally {
    await other.close();
  }
}

const ask = ({ coder }: Scene, more: Partial<ModelRequest> = {}) =>
  coder.ask('POST', '/v1/model', { ...request, ...more });
const stageOf = ({ world, coder }: Scene) => world.ports.stages.get(coder.grant.stage);
const switched = async ({ world }: Scene) =>
  (await world.events('model.switched')).map(({ data }) => data);

describe('the next model takes a call', () => {
  test.each([
    ['529', fails(529)],
    ['500', fails(500)],
    ['429 past its retries', fails(429)],
    ['404, a model it does not know', fails(404)],
    ['a cut reply', { failures: ['cut'] } as ScriptedTurn],
    ['a stall', { failures: ['stall'] } as ScriptedTurn],
    ['no answer', { failures: ['silence'] } as ScriptedTurn],
  ])('that ended in %s', async (_, turn) => {
    await chainScene([turn], [says('Done.')], async (all, other) => {
      const silent = turn.failures?.some((one) => one === 'stall' || one === 'silence');
      if (silent) all.world.providerLimits = impatient;
      const reply = await ask(all);
      expect(reply).toMatchObject({ status: 200, body: { content: [{ text: 'Done.' }] } });
      expect(other.requests).toMatchObject([{ protocol: 'openai', model: 'qwen-x' }]);
      expect(await switched(all)).toEqual([
        expect.objectContaining({
          ...{ role: 'coder', round: 1, attempt: 1, turn: 1 },
          ...{ from: 'anthropic:claude-sonnet-5-5', to: 'openai-compatible:qwen-x' },
          why: expect.any(String),
        }),
      ]);
      expect((await stageOf(all))?.failure).toBeUndefined();
      const kinds = (await all.world.events()).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind.startsWith('model.'))).toEqual([
        ...['model.failed', 'model.switched', 'model.called'],
      ]);
    });
  });

  test('that nobody could be connected for', async () => {
    const gone = { baseUrl: 'http://127.0.0.1:9' };
    const other = await startScriptedModel({
      turns: [{ when: 'You are', turns: [says('Done.')] }],
    });
    const served = () => ({ ...gone, fallbacks: [chat(other)] });
    await scene([], { served }, async (all) => {
      expect((await ask(all)).status).toBe(200);
      expect(await switched(all)).toHaveLength(1);
    });
    await other.close();
  });

  test('and all that follow, of that attempt', async () => {
    await chainScene([fails(529)], [says('One.'), says('Two.')], async (all, other) => {
      const one = await ask(all);
      const before = all.model.requests.length;
      const messages: Message[] = [first, { role: 'assistant', content: one.body.content }, first];
      const two = await ask(all, { messages });
      expect(two.body.content).toEqual([{ type: 'text', text: 'Two.' }]);
      expect(all.model.requests).toHaveLength(before);
      expect(other.requests).toHaveLength(2);
      expect(await stageOf(all)).toMatchObject({ link: 1, turns: 3 });
      expect(await switched(all)).toHaveLength(1);
      const called = await all.world.events('model.called');
      expect(called.map(({ data }) => [data?.turn, data?.model])).toEqual([
        ...[
          [2, 'qwen-x'],
          [3, 'qwen-x'],
        ],
      ]);
    });
  });

  test('each at its own price, and only what was used counts', async () => {
    const dear: Standby = ({ anthropicUrl: baseUrl }) => ({
      ...{ provider: 'anthropic', model: 'claude-opus-5', baseUrl },
    });
    await chainScene(
      [fails(529)],
      [says('Done.')],
      async (all) => {
        await ask(all);
        const { tokens, dollars, turns } = await all.world.ports.budgets.spent(all.world.run.id);
        expect({ tokens, turns }).toEqual({ tokens: 120, turns: 2 });
        expect(dollars).toBeCloseTo((100 * 5 + 20 * 25) / 1e6, 9);
      },
      { at: dear },
    );
  });

  test('and what follows it goes round to the first again', async () => {
    const own = [fails(529), says('Back.')];
    await chainScene(own, [says('One.'), fails(500)], async (all) => {
      const one = await ask(all);
      const messages: Message[] = [first, { role: 'assistant', content: one.body.content }, first];
      const two = await ask(all, { messages });
      expect(two.body.content).toEqual([{ type: 'text', text: 'Back.' }]);
      expect((await switched(all)).map((data) => data?.to)).toEqual([
        ...['openai-compatible:qwen-x', 'anthropic:claude-sonnet-5-5'],
      ]);
      expect(await stageOf(all)).toMatchObject({ link: 0 });
    });
  });
});

describe('a switch in the middle of a conversation', () => {
  const thinks: ScriptedTurn = {
    content: [
      { type: 'thinking', thinking: 'hm, the-first-thought', signature: 'sig-of-the-first' },
      { type: 'tool_use', name: 'read', id: 'functions.read:0', input: { path: 'a' } },
    ],
  };
  const result = {
    role: 'user',
    content: [
      { type: 'tool_result', toolUseId: 'functions.read:0', content: 'text', isError: false },
    ],
  } as const;

  test('carries words and tools over, and no thought that only the other can read', async () => {
    await chainScene(
      [thinks, fails(529)],
      [says('never asked for'), says('Done.')],
      async (all, other) => {
        const one = await ask(all);
        expect(one.body.content[0]).toMatchObject({ type: 'opaque', link: 0 });
        const messages: Message[] = [
          first,
          { role: 'assistant', content: one.body.content },
          result,
        ];
        expect((await ask(all, { messages })).body.content).toEqual([
          { type: 'text', text: 'Done.' },
        ]);
        const [tried] = all.model.requests.slice(1);
        expect(JSON.stringify(tried?.body)).toContain('sig-of-the-first');
        const sent = JSON.stringify(other.requests[0]?.body);
        expect(sent).not.toMatch(/the-first-thought|sig-of-the-first|cache_control/);
        expect(other.requests[0]?.body.messages.slice(2)).toMatchObject([
          { role: 'assistant', tool_calls: [{ function: { name: 'read' } }] },
          { role: 'tool', content: 'text' },
        ]);
      },
    );
  });

  test('between two that speak the same keeps each one’s thoughts from the other', async () => {
    const same: Standby = ({ anthropicUrl: baseUrl }) => ({
      ...{ provider: 'anthropic', model: 'claude-opus-5', baseUrl },
    });
    const own: ScriptedTurn = {
      content: [
        { type: 'thinking', thinking: 'mine', signature: 'sig-of-the-second' },
        { type: 'tool_use', name: 'read', id: 'b', input: {} },
      ],
    };
    await chainScene(
      [thinks, fails(529)],
      [says('never asked for'), own, says('Done.')],
      async (all, other) => {
        const one = await ask(all);
        const two: Message[] = [first, { role: 'assistant', content: one.body.content }, result];
        const next = await ask(all, { messages: two });
        const last = { type: 'tool_result', toolUseId: 'b', content: 'x', isError: false } as const;
        await ask(all, {
          messages: [
            ...two,
            { role: 'assistant', content: next.body.content },
            { role: 'user', content: [last] },
          ],
        });
        const sent = JSON.stringify(other.requests[1]?.body);
        expect(sent).toContain('sig-of-the-second');
        expect(sent).not.toContain('sig-of-the-first');
        // Ids are made such as Messages takes.
        expect(sent).toContain('functions_read_0');
        expect(sent).not.toContain('functions.read:0');
      },
      { at: same },
    );
  });
});

describe('no other model is asked', () => {
  test.each([
    ['a request that was not right', fails(400, 'prompt is too long')],
    ['a key that was refused', fails(401)],
    ['an account without money', fails(402)],
    ['a right that the key has not', fails(403)],
  ])('about %s', async (_, turn) => {
    await chainScene([turn], [says('Done.')], async (all, other) => {
      expect(await ask(all)).toMatchObject({ status: 502, body: { error: 'ModelFailed' } });
      expect(other.requests).toEqual([]);
      expect(await switched(all)).toEqual([]);
      expect(await stageOf(all)).toMatchObject({ failure: { name: 'ModelFailed' } });
    });
  });

  test('where the model itself refuses', async () => {
    const refuses = { content: [], stop: 'refusal' } as const;
    await chainScene([refuses], [says('Done.')], async (all, other) => {
      expect(await ask(all)).toMatchObject({ status: 200, body: { stop: 'refusal' } });
      expect(other.requests).toEqual([]);
    });
  });

  test('for a call that the budget does not hold, and none that only the next one’s price breaks', async () => {
    const budget = { dollars: 5, tokens: 900, turns: 10 };
    await chainScene(
      [fails(529)],
      [says('Done.')],
      async (all, other) => {
        expect(await ask(all)).toMatchObject({ status: 402, body: { error: 'BudgetExceeded' } });
        expect([...all.model.requests, ...other.requests]).toEqual([]);
      },
      { settings: { budget } },
    );
    const dear: Standby = ({ anthropicUrl: baseUrl }) => ({
      ...{ provider: 'anthropic', model: 'claude-fable-5', baseUrl },
    });
    const tight = { dollars: 0.02, tokens: 1e6, turns: 10 };
    await chainScene(
      [fails(529)],
      [says('Done.')],
      async (all, other) => {
        expect(await ask(all)).toMatchObject({ status: 402, body: { error: 'BudgetExceeded' } });
        expect(all.model.requests.length).toBeGreaterThan(0);
        expect(other.requests).toEqual([]);
        expect(await stageOf(all)).toMatchObject({ failure: { name: 'BudgetExceeded' } });
      },
      { at: dear, settings: { budget: tight } },
    );
  });
});

test('where none can be had, the error names each with its reason, and fails the stage', async () => {
  await chainScene([fails(529)], [fails(500, 'down for good')], async (all) => {
    const reply = await ask(all);
    expect(reply).toMatchObject({ status: 502, body: { error: 'ModelFailed' } });
    expect(reply.body.message).toMatch(
      /^no model of the chain took the call\. anthropic:claude-sonnet-5-5: .*529.*; openai-compatible:qwen-x: .*500.*down for good/,
    );
    expect(await stageOf(all)).toMatchObject({
      failure: { name: 'ModelFailed', observed: true, message: reply.body.message },
    });
    expect(await all.world.events('model.failed')).toHaveLength(2);
  });
});

test('a repository can’t make the operator’s stand-in without a price its first choice', async () => {
  await chainScene([says('Done.')], [says('Done.')], async (all, other) => {
    const { world } = all;
    const { model, budget } = world.run.settings;
    const settings = { ...world.run.settings, model: { ...model, fallbacks: [chat(other)] } };
    const terms = { budget, turns: {}, models: { coder: chat(other) } };
    await world.ports.runs.update(world.run.id, ['running'], { settings, terms }, []);
    const reply = await ask(all);
    expect(reply.body.error).toBe('ConfigInvalid');
    expect(reply.body.message).toContain('qwen-x has no known price');
    expect(other.requests).toEqual([]);
  });
});

test('a repository’s model without a price is refused wherever it stands in the chain', async () => {
  await chainScene([says('Done.')], [says('Done.')], async (all, other) => {
    const { world } = all;
    const { model } = world.run.settings;
    const terms = {
      ...{ budget: world.run.settings.budget, turns: {} },
      models: { coder: { ...model, fallbacks: [chat(other)] } },
    };
    const settings = { ...world.run.settings, model: { ...model, fallbacks: [] } };
    await world.ports.runs.update(world.run.id, ['running'], { settings, terms }, []);
    const reply = await ask(all);
    expect(reply.body.error).toBe('ConfigInvalid');
    expect(reply.body.message).toContain('qwen-x has no known price');
    expect(all.model.requests).toEqual([]);
  });
});
