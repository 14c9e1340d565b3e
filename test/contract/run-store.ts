import { expect, test } from '@jest/globals';
import type { Ports } from '../../lib/domain/ports.ts';
import { aRun, event, kindsOf } from './examples.ts';

/** What every `RunStore` does. Each test gets stores of its own. */
export function runStoreContract(make: () => Promise<Pick<Ports, 'runs' | 'ledger'>>): void {
  test('creates a run once and tells it once', async () => {
    const { runs, ledger } = await make();
    const run = aRun('r-1');
    expect(await runs.create(run, [event('run.created')])).toEqual({ created: true, run });
    const again = await runs.create({ ...run, issue: '8' }, [event('run.created')]);
    expect(again).toEqual({ created: false, run });
    expect(await runs.get('r-1')).toEqual(run);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['run.created']);
  });

  test('knows nothing of a run that was never created', async () => {
    const { runs } = await make();
    expect(await runs.get('r-0')).toBeUndefined();
    await expect(runs.update('r-0', ['queued'], {}, [])).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  test('changes a run from the status it was expected in only', async () => {
    const { runs, ledger } = await make();
    await runs.create(aRun('r-1'), []);
    const started = await runs.update('r-1', ['queued'], { status: 'running', startedAt: 2 }, [
      event('run.started'),
    ]);
    expect(started).toEqual({ ...aRun('r-1'), status: 'running', startedAt: 2 });
    const late = await runs.update('r-1', ['queued'], { status: 'settled' }, [
      event('run.settled'),
    ]);
    expect(late).toEqual(started);
    expect(await runs.get('r-1')).toEqual(started);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['run.started']);
  });

  test('lists newest first, by status, up to a limit', async () => {
    const { runs } = await make();
    for (const [id, at] of [
      ['r-a', 5],
      ['r-b', 7],
      ['r-c', 6],
      ['r-d', 7],
    ] as const) {
      await runs.create(aRun(id, at), []);
    }
    await runs.update('r-c', ['queued'], { status: 'running' }, []);
    const ids = async (filter?: Parameters<typeof runs.list>[0]) =>
      (await runs.list(filter)).map(({ id }) => id);
    expect(await ids()).toEqual(['r-d', 'r-b', 'r-c', 'r-a']);
    expect(await ids({ limit: 2 })).toEqual(['r-d', 'r-b']);
    expect(await ids({ status: ['queued'] })).toEqual(['r-d', 'r-b', 'r-a']);
    expect(await ids({ status: ['running', 'settled'] })).toEqual(['r-c']);
    expect(await ids({ status: [] })).toEqual([]);
  });

  test('lists the runs of one issue', async () => {
    const { runs } = await make();
    const here = { forge: 'github', name: 'ada/sums' } as const;
    await runs.create({ ...aRun('r-1', 1), repository: here }, []);
    await runs.create({ ...aRun('r-2', 2), repository: here }, []);
    await runs.create({ ...aRun('r-3', 3), repository: here, issue: '70' }, []);
    await runs.create(aRun('r-4', 4), []);
    await runs.update('r-1', ['queued'], { status: 'running' }, []);
    const issue = { repository: here, issue: '7' };
    const ids = async (filter: Parameters<typeof runs.list>[0]) =>
      (await runs.list(filter)).map(({ id }) => id);
    expect(await ids({ issue })).toEqual(['r-2', 'r-1']);
    expect(await ids({ issue, limit: 1 })).toEqual(['r-2']);
    expect(await ids({ issue, status: ['running'] })).toEqual(['r-1']);
    expect(await ids({ issue: { ...issue, issue: '8' } })).toEqual([]);
  });

  test('stores neither the change nor the event where one of the two is refused', async () => {
    const { runs, ledger } = await make();
    await runs.create(aRun('r-1'), [event('run.created')]);
    const unfit = event('run.started', { ratio: Number.NaN });
    await expect(
      runs.update('r-1', ['queued'], { status: 'running' }, [event('fine'), unfit]),
    ).rejects.toThrow();
    expect((await runs.get('r-1'))?.status).toBe('queued');
    expect(await kindsOf(ledger, 'r-1')).toEqual(['run.created']);
  });
}
