import { expect, test } from '@jest/globals';
import { clientOf, withGateway } from '../../local/gateway/client-fixture.ts';
import { scene } from '../../local/gateway/scene.ts';

const path = '/wire/anthropic/v1/messages';
const refused = { messages: [], container: 'c' };
const message = 'container is not allowed here: code runs in the sandbox';

test('a flood of refused calls is held to so many a minute, and fills no ledger, nor by a restart', async () => {
  await scene([], {}, async ({ world, coder }) => {
    const ask = async (client = coder as Pick<typeof coder, 'ask'>) =>
      (await client.ask('POST', path, refused)).status;
    const began = Date.now();
    world.ports.clock.now = () => began + world.ahead;
    for (let n = 0; n < 120; n += 1) expect(await ask()).toBe(400);
    expect(await ask()).toBe(429);
    world.ahead = 60_001;
    expect(await ask()).toBe(400);
    const events = await world.events('model.refused');
    expect(events).toHaveLength(50);
    const stage = { role: 'coder', round: 1, attempt: 1 };
    const data = { ...stage, wire: 'messages', name: 'RequestInvalid', message };
    expect(events[0]).toMatchObject({ actor: 'gateway', standing: 'observed', data });
    await withGateway(world, {}, async (restarted) => {
      expect(await ask(clientOf(restarted, coder.token))).toBe(400);
    });
    expect(await world.events('model.refused')).toHaveLength(50);
  });
});

test('every way to be refused is in the ledger, over either protocol, without a credential', async () => {
  await scene([], {}, async ({ world, coder }) => {
    const secret = `ghp_${'a1'.repeat(18)}`;
    const system = 'You are the coder.';
    const neutral = { system, tools: [], messages: [], maxTokens: 10 };
    const call = { max_tokens: 9, system, messages: [{ role: 'user', content: 'Fix it.' }] };
    await coder.ask('POST', path, 'no JSON');
    await coder.ask('POST', path, { messages: [], tools: [{ type: secret }] });
    await coder.ask('POST', '/wire/openai/v1/responses', { input: 'x' });
    await coder.ask('POST', '/v1/model', { maxTokens: 'many' });
    world.limits = { turns: 0 };
    await coder.ask('POST', path, call);
    const user = { role: 'user', content: [{ type: 'text', text: 'Fix it.' }] };
    await coder.ask('POST', '/v1/model', { ...neutral, messages: [user] });
    const events = await world.events('model.refused');
    expect(events.map(({ data }) => [data?.wire, data?.name])).toEqual([
      ['messages', 'RequestInvalid'],
      ['messages', 'RequestInvalid'],
      ['responses', 'ScopeRefused'],
      [undefined, 'RequestInvalid'],
      ['messages', 'AgentStuck'],
      [undefined, 'AgentStuck'],
    ]);
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(JSON.stringify(events)).toContain('[redacted]');
  });
});

test('who has no session any more has no calls to record', async () => {
  await scene([], {}, async ({ world, coder }) => {
    await world.ports.stages.close(coder.grant.stage, Date.now(), []);
    expect((await coder.ask('POST', path, refused)).status).toBe(401);
    expect(await world.events('model.refused')).toEqual([]);
  });
});
