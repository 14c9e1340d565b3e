import { describe, expect, test } from '@jest/globals';
import { requireNoRuns, windDown } from '../../../bin/deployment/wind-down.ts';
import { ConfigInvalid, DeploymentFailed, StorageFailed } from '../../../lib/domain/errors.ts';
import { aRun } from '../../contract/examples.ts';
import { storeMaker } from '../../local/store/open-stores.ts';
import { OutletWorld } from '../../services/outlet-world.ts';

const make = storeMaker();

/** Records on SQLite, endpoints and proxy of a cloud of the test's own, in which they stand and are wanted. */
async function deployment() {
  const { runs, pauses } = await make();
  const world = new OutletWorld(1);
  await world.rest(true);
  const said: string[] = [];
  const records = { runs, pauses, clock: { now: () => world.now } };
  const log = (line: string) => void said.push(line);
  return { records, world, said, options: { records, by: 'maria', log } };
}

describe('before a stack is taken down', () => {
  test.each(['queued', 'running', 'ending'] as const)(
    'a run that is %s is named',
    async (status) => {
      const { records } = await deployment();
      await requireNoRuns(records);
      const { run } = await records.runs.create({ ...aRun('r-1'), status }, []);
      const refused = requireNoRuns(records);
      await expect(refused).rejects.toThrow(ConfigInvalid);
      await expect(refused).rejects.toThrow(`${run.id} (${status})`);
      await expect(refused).rejects.toThrow(/entropy --aws cancel RUN/);
    },
  );

  test('all work is paused, and then what costs by the hour is removed', async () => {
    const { records, world, said, options } = await deployment();
    const { parts } = world.undisturbed;
    const paused: boolean[] = [];
    const remove: typeof parts.remove = async (fence) => {
      paused.push((await records.pauses.get()) !== undefined);
      return parts.remove(fence);
    };
    await windDown({ ...options, outlet: { ...world.undisturbed, parts: { remove } } });
    expect(new Set(paused)).toEqual(new Set([true]));
    expect([world.phase, world.standing]).toEqual(['absent', 0]);
    expect(said[0]).toMatch(/^all work is paused by maria .*: the deployment is taken down$/);
    expect(said.at(-1)).toBe('endpoints and proxy are gone');
  });

  test('a run that began after the first look is named, and what it needs is left to it', async () => {
    const { records, world, options } = await deployment();
    const pauses: typeof records.pauses = {
      ...records.pauses,
      pause: async (asked) => {
        await records.runs.create({ ...aRun('r-1'), status: 'running' }, []);
        return records.pauses.pause(asked);
      },
    };
    const late = windDown({
      ...options,
      records: { ...records, pauses },
      outlet: world.undisturbed,
    });
    await expect(late).rejects.toThrow(ConfigInvalid);
    expect([world.phase, world.standing]).toEqual(['ready', 3]);
  });

  test('what can’t be removed is told with what to do, and nothing begins meanwhile', async () => {
    const { records, world, options } = await deployment();
    const remove = async () => {
      throw new StorageFailed('EC2 does not keep the endpoints: UnauthorizedOperation');
    };
    const failed = windDown({ ...options, outlet: { ...world.undisturbed, parts: { remove } } });
    await expect(failed).rejects.toThrow(DeploymentFailed);
    await expect(failed).rejects.toThrow(
      /UnauthorizedOperation.*Nothing was taken down.*"entropy destroy" again.*tag entropy-fence/,
    );
    expect(await records.pauses.get()).toBeDefined();
  });

  test('what does not go is waited for with a word each minute, and not for ever', async () => {
    const { world, said, options } = await deployment();
    const parts = { remove: async () => ({ gone: false }) };
    const began = world.now;
    const stuck = windDown({ ...options, outlet: { ...world.undisturbed, parts } });
    await expect(stuck).rejects.toThrow(/still there after 25 minutes/);
    const waited = (world.now - began) / 60_000;
    expect(waited).toBeGreaterThan(20);
    const told = said.filter((line) => line === 'endpoints and proxy are being removed').length;
    expect(told).toBeGreaterThan(20);
    expect(told).toBeLessThanOrEqual(waited);
  });

  test('tier dns has nothing to remove', async () => {
    const { records, options } = await deployment();
    await windDown(options);
    expect(await records.pauses.get()).toBeDefined();
  });
});
