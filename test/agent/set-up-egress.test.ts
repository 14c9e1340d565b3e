import { describe, expect, test } from '@jest/globals';
import { gatewayClient } from '../../lib/agent/gateway-client.ts';
import { setupPhase } from '../../lib/agent/set-up-egress.ts';
import { ScopeRefused } from '../../lib/domain/errors.ts';
import { sessionFor, withGateway } from '../local/gateway/client-fixture.ts';
import { withWorld } from '../services/gateway/gateway-fixture.ts';

describe('setupPhase', () => {
  test("opens the gateway's proxy at the address that the sandbox knows, and closes it", async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const { grant } = await sessionFor(world, gateway, 'coder');
        const through = gateway.url.replace('127.0.0.1', 'localhost');
        const client = gatewayClient({ base: through }, grant, new AbortController().signal);
        const phase = setupPhase(client, 'gateway');
        const env = await phase.begin();
        expect(env.HTTPS_PROXY).toMatch(/^http:\/\/setup:[\w-]+@localhost:\d+$/);
        expect(new URL(env.HTTPS_PROXY ?? '').host).toBe(new URL(through).host);
        expect(env.https_proxy).toBe(env.HTTPS_PROXY);
        await phase.end();
        const kinds = (await world.events()).map((event) => event.kind);
        expect(kinds.filter((kind) => kind.startsWith('egress.'))).toEqual([
          'egress.opened',
          'egress.closed',
        ]);
      }),
    );
  });

  test('a role that has no set-up is refused; an open network asks for nothing', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const { grant } = await sessionFor(world, gateway, 'issue-reader');
        const client = gatewayClient({ base: gateway.url }, grant, new AbortController().signal);
        await expect(setupPhase(client, 'gateway').begin()).rejects.toThrow(ScopeRefused);
        const open = Object.keys(await setupPhase(client, 'open').begin());
        expect(open.filter((name) => /proxy/i.test(name))).toEqual([]);
      }),
    );
  });
});
