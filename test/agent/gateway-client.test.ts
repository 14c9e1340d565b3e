import { expect, test } from '@jest/globals';
import { gatewayClient } from '../../lib/agent/gateway-client.ts';
import { HandoffInvalid } from '../../lib/domain/errors.ts';
import type { FileChange } from '../../lib/domain/handoff.ts';
import { sessionFor, withGateway } from '../local/gateway/client-fixture.ts';
import { withWorld } from '../services/gateway/gateway-fixture.ts';

test('what is over the limit of the place is told by its size before it is sent, and a smaller one is taken', async () => {
  await withWorld({}, (world) =>
    withGateway(world, {}, async (gateway) => {
      const { grant } = await sessionFor(world, gateway, 'coder');
      const base = 'a'.repeat(40);
      const pinned = { base: { branch: 'main', commit: base } };
      await world.ports.runs.update(world.run.id, ['running'], pinned, []);
      expect(grant.bodyBytes).toBe(32 * 1024 ** 2);
      const less = { ...grant, bodyBytes: 5000 };
      const client = gatewayClient({ base: gateway.url }, less, new AbortController().signal);
      const files = (bytes: number): FileChange[] => [
        { path: 'a', mode: '100644', content: btoa('x'.repeat(bytes)) },
      ];
      const change = (bytes: number) =>
        ({ kind: 'change-set', base, files: files(bytes), title: 't', body: 'b' }) as const;
      const over = client.leave(change(4000));
      await expect(over).rejects.toThrow(HandoffInvalid);
      await expect(over).rejects.toThrow(/has 5\d{3} bytes as it is sent .* takes 5000/);
      await expect(client.keep({ base, files: files(4000) })).rejects.toThrow(HandoffInvalid);
      await client.leave(change(3000));
      expect(await world.events('handoff.left')).toHaveLength(1);
      expect(await world.events('work.kept')).toEqual([]);
    }),
  );
});
