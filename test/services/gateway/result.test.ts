import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { StageRecord } from '../../../lib/domain/stage.ts';
import { takePartial, takeResult } from '../../../lib/services/gateway/result.ts';
import { plan } from '../../agent/fixtures/plan.ts';
import { type World, withWorld } from './gateway-fixture.ts';

const base = 'a'.repeat(40);
const planOf = (title: string) => ({ ...plan, title });
const workOf = (path: string) => ({
  base,
  files: [{ path, mode: '100644', content: btoa('x') }],
});

async function kept({ dataDir, run }: World): Promise<number> {
  const folder = join(dataDir, 'ledger', run.id, 'payloads');
  return (await readdir(folder).catch(() => [])).length;
}

/** A coder's attempt in a run whose base is pinned. */
async function coderOf(world: World): Promise<StageRecord> {
  const pinned = { base: { branch: 'main', commit: base } };
  await world.ports.runs.update(world.run.id, ['running'], pinned, []);
  return (await world.open('coder')).stage;
}

test('of all results, only the one that stands is stored', async () => {
  await withWorld({}, async (world) => {
    const { stage } = await world.open('issue-reader');
    const take = (body: unknown) => takeResult(world.ports, stage, body);
    await expect(take({ ...plan, kind: 'review' })).rejects.toThrow();
    expect(await kept(world)).toBe(0);
    await take(planOf('first'));
    await take(planOf('first'));
    for (const title of ['second', 'third']) {
      await expect(take(planOf(title))).rejects.toMatchObject({ name: 'SessionRefused' });
    }
    expect(await kept(world)).toBe(1);
  });
});

test('work that was cut off is stored once, and not after a result', async () => {
  await withWorld({}, async (world) => {
    const coder = await coderOf(world);
    for (const path of ['a', 'b', 'c']) await takePartial(world.ports, coder, workOf(path));
    expect(await kept(world)).toBe(1);
    const next = (await world.open('coder')).stage;
    const change = { kind: 'change-set', ...workOf('d'), title: 't', body: 'b' };
    await takeResult(world.ports, next, change);
    await takePartial(world.ports, next, workOf('e'));
    expect(await kept(world)).toBe(2);
    expect(await world.events('work.kept')).toHaveLength(1);
  });
});

test('a closed attempt has nothing stored', async () => {
  await withWorld({}, async (world) => {
    const coder = await coderOf(world);
    await world.ports.stages.close(coder, Date.now(), []);
    const late = takePartial(world.ports, coder, workOf('a'));
    await expect(late).rejects.toMatchObject({ name: 'SessionRefused' });
    expect(await kept(world)).toBe(0);
  });
});

test('what comes at once, before any stands, is stored a few times and no more', async () => {
  await withWorld({}, async (world) => {
    const { ledger } = world.ports;
    const coder = await coderOf(world);
    // None gets its record before all that may be stored are.
    let stored = 0;
    const all = Promise.withResolvers<void>();
    const putPayload: typeof ledger.putPayload = async (run, bytes) => {
      stored += 1;
      if (stored === 8) all.resolve();
      await all.promise;
      return ledger.putPayload(run, bytes);
    };
    const ports = { ...world.ports, ledger: { ...ledger, putPayload } };
    const tries = Array.from({ length: 20 }, (_, n) => takePartial(ports, coder, workOf(`f${n}`)));
    const ends = await Promise.allSettled(tries);
    const refused = ends.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(12);
    expect(refused[0]).toMatchObject({
      reason: { name: 'ScopeRefused', message: 'an attempt may have 8 bodies stored' },
    });
    expect(await kept(world)).toBe(8);
    expect(await world.events('work.kept')).toHaveLength(1);
  });
});
