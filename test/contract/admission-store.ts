import { expect, test } from '@jest/globals';
import type { Ports } from '../../lib/domain/ports.ts';
import { aRun } from './examples.ts';

type Stores = Pick<Ports, 'admissions' | 'budgets' | 'runs'>;
const today = { repository: 'github:o/r', day: '2026-01-31' };

/** What every `AdmissionStore` does. Each test gets stores of its own. */
export function admissionStoreContract(make: () => Promise<Stores>): void {
  test('of runs that ask at the same time no more than the cap are let in', async () => {
    const { admissions } = await make();
    const caps = { runs: 3, usd: 100 };
    const asked = Array.from({ length: 10 }, (_, n) =>
      admissions.admit({ ...today, run: `r-${n}`, dollars: 5, caps }),
    );
    const letIn = (await Promise.all(asked)).filter(({ admitted }) => admitted);
    expect(letIn.length).toBe(3);
  });

  test('a run that was let in stays so, also on the next day and past the cap', async () => {
    const { admissions } = await make();
    const ask = (run: string, day: string) =>
      admissions.admit({ ...today, day, run, dollars: 2, caps: { runs: 1 } });
    expect(await ask('r-1', today.day)).toEqual({ admitted: true, dollars: 2 });
    expect(await ask('r-2', '2026-02-01')).toMatchObject({ admitted: true });
    expect(await ask('r-1', '2026-02-01')).toEqual({ admitted: true, dollars: 2 });
    expect(await ask('r-3', '2026-02-01')).toMatchObject({ admitted: false });
  });

  test('days and repositories do not count for one another', async () => {
    const { admissions } = await make();
    const caps = { runs: 1 };
    const ask = (run: string, place: object) =>
      admissions.admit({ ...today, ...place, run, dollars: 2, caps });
    expect(await ask('r-1', {})).toMatchObject({ admitted: true });
    expect(await ask('r-2', { repository: 'github:o/other' })).toMatchObject({ admitted: true });
    expect(await ask('r-3', { day: '2026-02-01' })).toMatchObject({ admitted: true });
    expect(await ask('r-4', {})).toMatchObject({ admitted: false });
  });

  test('a run counts with all it may spend while it goes on, and then with what it spent', async () => {
    const { admissions, budgets, runs } = await make();
    const run = aRun('r-1');
    await runs.create({ ...run, status: 'running' }, []);
    const ask = (id: string) =>
      admissions.admit({ ...today, run: id, dollars: 6, caps: { usd: 10 } });
    expect(await ask('r-1')).toEqual({ admitted: true, dollars: 6 });
    const { budget } = run.settings;
    const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1 };
    await budgets.reserve('r-1', 'c-1', budget, { tokens: 10, dollars: 1 }, []);
    await budgets.settle('r-1', 'c-1', usage, 0.5, []);
    expect(await ask('r-2')).toEqual({ admitted: true, dollars: 4 });
    expect(await ask('r-3')).toMatchObject({ admitted: false });
    await runs.update('r-1', ['running'], { status: 'settled' }, []);
    expect(await ask('r-3')).toEqual({ admitted: true, dollars: 5.5 });
  });
}
