import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { ModelRequest } from '../../../lib/domain/model.ts';
import { modelKey } from '../../services/gateway/gateway-fixture.ts';
import { sessionFor } from './client-fixture.ts';
import { type Scene, scene } from './scene.ts';

const request: ModelRequest = {
  system: 'You are the coder.',
  tools: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Fix it.' }] }],
  maxTokens: 1000,
};
const usage = { input: 100, cacheRead: 0, cacheWrite: 0, output: 20 };
const secret = `ghp_${'a1'.repeat(18)}`;

const failureOf = async ({ world, coder }: Scene) =>
  (await world.ports.stages.get(coder.grant.stage))?.failure;

describe('a model call', () => {
  test('is answered, paid for and recorded by the gateway', async () => {
    const content = [{ type: 'text', text: `Use ${secret}.` }] as const;
    await scene([{ content, usage }], {}, async ({ world, coder, model }) => {
      const reply = await coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({
        status: 200,
        body: { content, stop: 'end', usage, model: 'scripted-model' },
      });
      const [event, ...more] = await world.events('model.called');
      expect(more).toEqual([]);
      const dollars = (100 * 2 + 20 * 10) / 1_000_000;
      expect(event).toMatchObject({
        actor: 'gateway',
        standing: 'observed',
        fence: 1,
        data: {
          role: 'coder',
          round: 1,
          attempt: 1,
          turn: 1,
          model: 'claude-sonnet-5-5',
          answeredAs: 'scripted-model',
          provider: 'anthropic',
          usage,
          dollars,
          redacted: 1,
          requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      });
      const payload = await world.ports.ledger.payload(world.run.id, String(event?.data?.reply));
      expect(JSON.parse(payload.toString()).content[0].text).toBe('Use [redacted].');
      expect(await world.ports.budgets.spent(world.run.id)).toMatchObject({
        turns: 1,
        tokens: 120,
        dollars,
      });
      expect(model.requests).toHaveLength(1);
      expect(JSON.stringify(await world.events())).not.toContain(modelKey);
    });
  });

  test('goes to the model that its role was given', async () => {
    const roleModels = {
      coder: { provider: 'anthropic', model: 'unpriced', baseUrl: '' },
    } as const;
    await scene([{ content: [] }], {}, async ({ world, coder, model }) => {
      const settings = {
        ...world.run.settings,
        roleModels: { coder: { ...roleModels.coder, baseUrl: model.anthropicUrl } },
      };
      await world.ports.runs.update(world.run.id, ['running'], { settings }, []);
      await coder.ask('POST', '/v1/model', request);
      expect(model.requests).toMatchObject([{ model: 'unpriced' }]);
      const [event] = await world.events('model.called');
      expect(event?.data).not.toHaveProperty('dollars');
    });
  });

  test('to a model without a price is held to the tokens alone', async () => {
    const served = () => ({ model: 'unpriced' });
    const budget = { tokens: 3000, dollars: 0.000001, turns: 10 };
    const turn = { content: [], usage: { ...usage, output: 1800 } };
    await scene([turn, turn], { budget, served }, async (all) => {
      expect((await all.coder.ask('POST', '/v1/model', request)).status).toBe(200);
      const reply = await all.coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 402, body: { error: 'BudgetExceeded' } });
      expect(reply.body.message).toMatch(/^1900 tokens used of 3000; the next call may take/);
      const { dollars, tokens } = await all.world.ports.budgets.spent(all.world.run.id);
      expect({ dollars, tokens }).toEqual({ dollars: 0, tokens: 1900 });
    });
  });

  test.each([
    { tokens: 1000, dollars: 5, turns: 10 },
    { tokens: 1_000_000, dollars: 0.005, turns: 10 },
    { tokens: 1_000_000, dollars: 5, turns: 0 },
  ])('that could break the budget %j is never made', async (budget) => {
    await scene([{ content: [] }], { budget }, async (all) => {
      const reply = await all.coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 402, body: { error: 'BudgetExceeded' } });
      expect(all.model.requests).toEqual([]);
      expect(await failureOf(all)).toMatchObject({ name: 'BudgetExceeded', observed: true });
      expect(await all.world.events('stage.failed')).toHaveLength(1);
      expect((await all.world.ports.budgets.spent(all.world.run.id)).turns).toBe(0);
    });
  });

  test('that is sent twice at once can only be paid for once', async () => {
    const budget = { tokens: 1500, dollars: 5, turns: 10 };
    const slow = { content: [], delayMs: 100 };
    await scene([slow], { budget }, async ({ coder, model }) => {
      const replies = await Promise.all([
        coder.ask('POST', '/v1/model', request),
        coder.ask('POST', '/v1/model', request),
      ]);
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 402]);
      expect(model.requests).toHaveLength(1);
    });
  });

  test('of a verifier is out of its scope', async () => {
    await scene([{ content: [] }], {}, async ({ world, gateway, model }) => {
      const verifier = await sessionFor(world, gateway, 'verifier');
      const reply = await verifier.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 403, body: { error: 'ScopeRefused' } });
      expect(model.requests).toEqual([]);
    });
  });

  test('over the stage’s turns is refused', async () => {
    await scene([{ content: [] }, { content: [] }], {}, async (all) => {
      all.world.limits = { turns: 1 };
      expect((await all.coder.ask('POST', '/v1/model', request)).status).toBe(200);
      const reply = await all.coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 429, body: { error: 'AgentStuck' } });
      expect(all.model.requests).toHaveLength(1);
      expect(await failureOf(all)).toMatchObject({ name: 'AgentStuck', observed: true });
    });
  });

  test('of a cancelled run is refused', async () => {
    await scene([{ content: [] }], {}, async ({ world, coder, model }) => {
      const key = 'local:/srv/repository#7';
      await world.ports.claims.requestCancel(key, world.run.id, Date.now(), []);
      const reply = await coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 409, body: { error: 'Cancelled' } });
      expect(model.requests).toEqual([]);
    });
  });

  test.each([{}, { ...request, messages: [] }, { ...request, extra: 1 }, '{'])(
    'that is none is refused: %j',
    async (body) => {
      await scene([], {}, async ({ coder }) => {
        const reply = await coder.ask('POST', '/v1/model', body);
        expect(reply).toMatchObject({ status: 400, body: { error: 'RequestInvalid' } });
      });
    },
  );
});

describe('a provider that fails', () => {
  test('fails the stage, and the key is nowhere', async () => {
    const failures = [{ status: 401, message: `bad key ${modelKey}` }];
    await scene([{ failures }], {}, async (all) => {
      const reply = await all.coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 502, body: { error: 'ModelFailed' } });
      expect(await failureOf(all)).toMatchObject({ name: 'ModelFailed', observed: true });
      const told = JSON.stringify([reply.body, await all.world.events()]);
      expect(told).toContain('ANTHROPIC_API_KEY');
      expect(told).not.toContain(modelKey);
      // Refused before any work was done: nothing was used.
      expect((await all.world.ports.budgets.spent(all.world.run.id)).tokens).toBe(0);
      expect(await all.world.events('model.failed')).toHaveLength(1);
    });
  });

  test('in mid-stream counts at the upper bound', async () => {
    await scene([{ failures: ['cut'] }], {}, async (all) => {
      expect((await all.coder.ask('POST', '/v1/model', request)).status).toBe(502);
      const { tokens } = await all.world.ports.budgets.spent(all.world.run.id);
      expect(tokens).toBeGreaterThan(1000);
    });
  });
});

describe('a client', () => {
  test('that hangs up ends the call, which counts at its upper bound and fails no stage', async () => {
    await scene([{ content: [], delayMs: 60_000 }], {}, async (all) => {
      const { world, coder, model, gateway } = all;
      const headers = { authorization: `Bearer ${coder.token}` };
      const call = httpRequest(`${gateway.url}/v1/model`, { method: 'POST', headers });
      call.on('error', () => {});
      call.end(JSON.stringify(request));
      while (model.requests.length === 0) await sleep(5);
      call.destroy();
      while ((await world.events('model.failed')).length === 0) await sleep(5);
      expect((await world.ports.budgets.spent(world.run.id)).tokens).toBeGreaterThan(1000);
      expect(await failureOf(all)).toBeUndefined();
    });
  });

  test('that waits long is kept waiting with white space', async () => {
    const content = [{ type: 'text', text: 'Done.' }] as const;
    const options = { patienceMs: 20 };
    await scene([{ content, delayMs: 200 }], { options }, async ({ coder }) => {
      const reply = await coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 200, body: { content } });
      expect(reply.text).toMatch(/^ {2,}\{/);
    });
  });

  test('that waited is told an error under the 200 it has', async () => {
    const options = { patienceMs: 20 };
    const turn = { failures: [{ status: 400, message: 'no such thing' }], delayMs: 200 };
    await scene([turn], { options }, async ({ coder }) => {
      const reply = await coder.ask('POST', '/v1/model', request);
      expect(reply).toMatchObject({ status: 200, body: { error: 'ModelFailed' } });
    });
  });
});
