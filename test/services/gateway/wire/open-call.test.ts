import { expect, test } from '@jest/globals';
import { upperUsage } from '../../../../lib/domain/estimate.ts';
import { relayOf } from '../../../../lib/providers/provider.ts';
import { chatRules } from '../../../../lib/services/gateway/wire/chat-completions.ts';
import { responsesRules } from '../../../../lib/services/gateway/wire/responses.ts';
import type { WireRules } from '../../../../lib/services/gateway/wire/wire-rules.ts';
import { type Scene, scene } from '../../../local/gateway/scene.ts';
import { modelKey } from '../gateway-fixture.ts';

/** A prompt of many bytes, so that what was set aside for it would hold the whole reply. */
const asked = `Fix it. ${'x'.repeat(4000)}`;
const forms: readonly [string, string, WireRules, Record<string, unknown>][] = [
  [
    'chat-completions',
    '/chat/completions',
    chatRules,
    {
      max_tokens: 10,
      messages: [
        { role: 'system', content: 'You are the coder.' },
        { role: 'user', content: asked },
      ],
    },
  ],
  [
    'responses',
    '/responses',
    responsesRules,
    { max_output_tokens: 10, instructions: 'You are the coder.', input: asked },
  ],
];

test.each(forms)(
  'over %s, a reply that goes on beyond its limit is cut by what came of it, before its server counts',
  async (_, path, rules, more) => {
    const body = { ...more, model: 'claude-sonnet-5-5', stream: true };
    const { cacheWrite, output } = upperUsage(rules.check(body, body.model).body, 10);
    // It holds the call as it is set aside, and a little more.
    const budget = { dollars: 5, tokens: cacheWrite + output + 5, turns: 10 };
    // No token is longer than 16 bytes: these are 20 at least, and the server would count fewer than that.
    const content = [{ type: 'text', text: 'word'.repeat(80) }] as const;
    const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 10 };
    const options = { relayOf: (choice: Parameters<typeof relayOf>[0]) => relayOf(choice, keys) };
    const keys = { openai: modelKey };
    const served = (model: Scene['model']) =>
      ({ provider: 'openai', baseUrl: model.openaiUrl }) as const;
    await scene([{ content, usage }], { budget, served, options }, async (all) => {
      const answer = await fetch(`${all.gateway.url}/wire/openai/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${all.coder.token}` },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('insufficient_quota');
      expect((await all.world.events('model.failed'))[0]?.data).toMatchObject({
        name: 'BudgetExceeded',
      });
      const stage = await all.world.ports.stages.get(all.coder.grant.stage);
      expect(stage?.failure).toMatchObject({ name: 'BudgetExceeded', observed: true });
    });
  },
);
