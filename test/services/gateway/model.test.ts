import { expect, test } from '@jest/globals';
import type { ModelReply, ModelRequest } from '../../../lib/domain/model.ts';
import { ledgerTurns, replayProvider } from '../../../lib/providers/replay.ts';
import { modelTurn } from '../../../lib/services/gateway/model.ts';
import { withWorld } from './gateway-fixture.ts';

const request: ModelRequest = {
  system: 'You are the coder.',
  tools: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Fix it.' }] }],
  maxTokens: 100,
};
const replyThat = (text: string): ModelReply => ({
  content: [
    { type: 'opaque', data: '{"type":"thinking"}' },
    { type: 'text', text },
  ],
  stop: 'end',
  usage: { input: 10, cacheRead: 0, cacheWrite: 0, output: 5 },
  model: 'scripted-model',
});
const dear = () => ({ input: 10, cacheRead: 1, cacheWrite: 12, output: 50 });
const open = new AbortController().signal;

test('what one run records, another can replay turn by turn, at no cost', async () => {
  await withWorld({}, async (world) => {
    const replies = [replyThat('one'), replyThat('two')];
    const ports = {
      ...world.ports,
      provider: () => async () => replies.shift() as ModelReply,
    };
    const { stage } = await world.open('coder');
    const first = await modelTurn(ports, dear, stage, request, open);
    const second = await modelTurn(ports, dear, stage, request, open);
    await ports.stages.leave(stage, 'd'.repeat(64), []);
    const spent = await ports.budgets.spent(world.run.id);
    expect(spent.dollars).toBeCloseTo((2 * (10 * 10 + 5 * 50)) / 1_000_000);

    const turns = await ledgerTurns(ports.ledger, world.run.id, ports.stages);
    const model = { provider: 'replay', model: 'scripted-model' } as const;
    await withWorld({ model }, async (later) => {
      const replay = { ...later.ports, provider: () => replayProvider(turns) };
      const again = (await later.open('coder')).stage;
      expect(await modelTurn(replay, dear, again, request, open)).toEqual(first);
      expect(await modelTurn(replay, dear, again, request, open)).toEqual(second);
      await expect(modelTurn(replay, dear, again, request, open)).rejects.toMatchObject({
        name: 'ModelFailed',
      });
      expect(await replay.budgets.spent(later.run.id)).toMatchObject({ dollars: 0, tokens: 30 });
    });
  });
});

test('calls at the same time do not get past the turn limit', async () => {
  await withWorld({}, async (world) => {
    world.limits = { turns: 2 };
    let asked = 0;
    const provider = () => async () => {
      asked += 1;
      return replyThat('done');
    };
    const { stage } = await world.open('coder');
    const calls = [1, 2, 3, 4].map(() =>
      modelTurn({ ...world.ports, provider }, dear, stage, request, open),
    );
    const ends = await Promise.allSettled(calls);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(asked).toBe(2);
  });
});

test('what a sandbox tells beside a call is recorded before it, as a claim, and can spoil nothing', async () => {
  await withWorld({}, async (world) => {
    const ports = { ...world.ports, provider: () => async () => replyThat('done') };
    const { stage } = await world.open('coder');
    const call = (told: unknown) => modelTurn(ports, dear, stage, { ...request, told }, open);
    const event = (n: number) => ({ kind: 'tool.called', data: { n } });
    await call([event(1), event(2)]);
    await call('no list');
    await call([{ kind: 'tool.called', data: { text: 'x'.repeat(5000) } }]);
    await call([{ kind: 'Not a kind' }, event(3)]);
    world.limits = { turns: 4 };
    await expect(call([event(4)])).rejects.toThrow('used all of its 4 turns');
    const kinds = ['sandbox.tool.called', 'model.called', 'stage.failed'];
    const found = (await ports.ledger.events(world.run.id)).filter(({ kind }) =>
      kinds.includes(kind),
    );
    expect(found.map(({ kind, standing, data }) => [kind, standing, data?.n ?? 0])).toEqual([
      ['sandbox.tool.called', 'claimed', 1],
      ['sandbox.tool.called', 'claimed', 2],
      ...Array.from({ length: 4 }, () => ['model.called', 'observed', 0]),
      ['stage.failed', 'observed', 0],
      ['sandbox.tool.called', 'claimed', 4],
    ]);
    const hashes = found.map(({ data }) => data?.requestHash).filter(Boolean);
    expect(new Set(hashes).size).toBe(1);
  });
});
