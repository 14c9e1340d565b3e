import { expect, test } from '@jest/globals';
import { canonicalJson } from '../../../lib/domain/ledger.ts';
import { defaultPolicy } from '../../../lib/domain/policy.ts';
import { egressOf } from '../../../lib/services/gateway/egress.ts';
import { registryList } from '../../../lib/services/gateway/registry-list.ts';
import { withWorld } from './gateway-fixture.ts';

const limits = { openings: 3, connections: 1, bytes: 10, refusals: 2 };
const listed = async () => registryList(['a.example']);

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

test('what an attempt has used stays used when it opens set-up again', async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, listed, limits);
    const { stage } = await world.open('coder');
    for (const left of [true, false]) {
      const passage = await egress.admit(await egress.open(stage), 'a.example', 443);
      expect(passage.spend(6)).toBe(left);
      passage.done();
    }
    const third = await egress.open(stage);
    for (let tried = 0; tried < 3; tried += 1) {
      await expect(egress.admit(third, 'a.example', 443)).rejects.toThrow('limit of this attempt');
    }
    expect(await world.events('egress.refused')).toHaveLength(2);
    expect((await world.events('egress.closed')).map(({ data }) => data?.bytes)).toEqual([6, 6]);
    const next = (await world.open('coder')).stage;
    await egress.admit(await egress.open(next), 'a.example', 443);
  });
});

test('an attempt may open set-up so many times and no more, also at once', async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, listed, limits);
    const { stage } = await world.open('coder');
    const tries = Array.from({ length: 5 }, () => egress.open(stage));
    const ends = await Promise.allSettled(tries);
    expect(ends.map(({ status }) => status === 'fulfilled')).toEqual([
      ...[true, true, true],
      ...[false, false],
    ]);
    expect(ends[4]).toMatchObject({
      reason: { name: 'ScopeRefused', message: 'an attempt may open set-up 3 times' },
    });
    expect(await world.events('egress.opened')).toHaveLength(3);
    await egress.close(stage);
    // None is left open by those that came at the same time.
    expect(await world.events('egress.closed')).toHaveLength(3);
    for (const end of ends) {
      const secret = end.status === 'fulfilled' ? end.value : '';
      await expect(egress.admit(secret, 'a.example', 443)).rejects.toThrow('no set-up is open');
    }
  });
});

test('an attempt that is not known reaches nothing', async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, listed, limits);
    const { stage } = await world.open('coder');
    const secret = await egress.open({ ...stage, attempt: 9 });
    await expect(egress.admit(secret, 'a.example', 443)).rejects.toMatchObject({
      name: 'SessionRefused',
    });
  });
});

test('a connection on its way when set-up ends is told so, and is not confirmed', async () => {
  await withWorld({}, async (world) => {
    const egress = egressOf(world.ports, listed, limits);
    const { stage } = await world.open('coder');
    const passage = await egress.admit(await egress.open(stage), 'a.example', 443);
    await passage.confirm();
    await egress.close(stage);
    await expect(passage.confirm()).rejects.toMatchObject({ name: 'SessionRefused' });
    let ended = false;
    passage.onEnd(() => {
      ended = true;
    });
    expect(ended).toBe(true);
  });
});

test('nothing is let through once set-up has ended while it was looked at', async () => {
  await withWorld({}, async (world) => {
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const egress = egressOf(world.ports, () => asked.then(listed), limits);
    const { stage } = await world.open('coder');
    const admitted = egress.admit(await egress.open(stage), 'a.example', 443);
    await egress.close(stage);
    answer();
    await expect(admitted).rejects.toMatchObject({ name: 'SessionRefused' });
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
