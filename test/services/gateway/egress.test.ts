import { expect, test } from '@jest/globals';
import { canonicalJson } from '../../../lib/domain/ledger.ts';
import { defaultPolicy } from '../../../lib/domain/policy.ts';
import { egressOf } from '../../../lib/services/gateway/egress.ts';
import { registryList } from '../../../lib/services/gateway/registry-list.ts';
import { withWorld } from './gateway-fixture.ts';

const limits = { connections: 1, bytes: 10, refusals: 2 };

test('connections and bytes of one set-up are bounded', async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, async () => registryList(['a.example']), limits);
    const secret = await egress.open((await world.open('coder')).stage);
    const first = await egress.admit(secret, 'a.example', 443);
    await expect(egress.admit(secret, 'a.example', 443)).rejects.toMatchObject({
      name: 'ScopeRefused',
    });
    expect(first.spend(10)).toBe(true);
    expect(first.spend(1)).toBe(false);
    first.done();
    first.done();
    await expect(egress.admit(secret, 'a.example', 443)).rejects.toMatchObject({
      name: 'ScopeRefused',
    });
  });
});

test('a flood of refusals does not flood the ledger', async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, async () => registryList([]), limits);
    const { stage } = await world.open('coder');
    const secret = await egress.open(stage);
    for (let tried = 0; tried < 5; tried += 1) {
      await expect(egress.admit(secret, 'b.example', 443)).rejects.toThrow('may not reach');
    }
    await egress.close(stage);
    expect(await world.events('egress.refused')).toHaveLength(2);
    expect(await world.events('egress.closed')).toMatchObject([{ data: { refusals: 5 } }]);
  });
});

test('a set-up that is opened again ends the one before', async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, async () => registryList(['a.example']));
    const { stage } = await world.open('coder');
    const first = await egress.open(stage);
    let ended = false;
    (await egress.admit(first, 'a.example', 443)).onEnd(() => {
      ended = true;
    });
    const second = await egress.open(stage);
    expect(ended).toBe(true);
    await expect(egress.admit(first, 'a.example', 443)).rejects.toMatchObject({
      name: 'SessionRefused',
    });
    await egress.admit(second, 'a.example', 443);
  });
});

test("the default branch's policy adds registries for its own runs", async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, async () => registryList([]));
    const { stage } = await world.open('coder');
    const policy = { ...defaultPolicy, registries: ['packages.example'] };
    const policyDigest = await world.ports.ledger.putPayload(stage.run, canonicalJson(policy));
    await world.ports.runs.update(stage.run, ['running'], { policyDigest }, []);
    const secret = await egress.open(stage);
    await egress.admit(secret, 'packages.example', 443);
    await expect(egress.admit(secret, 'other.example', 443)).rejects.toThrow('may not reach');
  });
});
