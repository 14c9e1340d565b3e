import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defaultBudget } from '../../lib/domain/budget.ts';
import { slotPool } from '../../lib/domain/lease.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { issueKeyOf, type Run, runIdOf } from '../../lib/domain/run.ts';
import { openSigner } from '../../lib/local/signer.ts';
import { openDatabase } from '../../lib/local/store/database.ts';
import { sqliteStores } from '../../lib/local/store/stores.ts';
import { cancel } from '../../lib/services/cancel.ts';
import { dispatch, enqueue } from '../../lib/services/dispatcher.ts';
import { sweep } from '../../lib/services/sweep.ts';

let dataDir: string;
let ports: Ports;
let close: () => void;
let now = 1_000_000;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'entropy-dispatch-'));
  const database = openDatabase(dataDir);
  const signer = await openSigner(dataDir);
  const stores = sqliteStores(database, { ledgerDir: join(dataDir, 'ledger'), signer });
  // The dispatcher uses stores and clock alone; the other ports are not made.
  ports = { ...stores, clock: { now: () => now } } as unknown as Ports;
  close = () => database.close();
});
afterEach(() => {
  close();
  rmSync(dataDir, { recursive: true });
});

const repository = { forge: 'local', name: '/repository' } as const;
function newRun(issue: string, trigger: string): Omit<Run, 'status' | 'createdAt'> {
  now += 1000;
  return {
    id: runIdOf(repository, issue, trigger),
    repository,
    issue,
    trigger: { kind: 'cli', id: trigger, by: 'ada' },
    settings: {
      model: { provider: 'replay', model: 'none' },
      roleModels: {},
      budget: defaultBudget,
      sandbox: 'process',
    },
  };
}
const definition = 'd'.repeat(64);
const start = (capacity: number) => dispatch(ports, { capacity, definition });
const idsOf = (runs: readonly Run[]) => runs.map((run) => run.id);

test('the same trigger is the same run', async () => {
  const run = newRun('1', 'a');
  expect((await enqueue(ports, run)).created).toBe(true);
  expect((await enqueue(ports, run)).created).toBe(false);
  expect(await ports.runs.list()).toHaveLength(1);
  expect(await ports.ledger.events(run.id)).toHaveLength(1);
});

test('starts the oldest first, as many as there are slots', async () => {
  const runs = [newRun('1', 'a'), newRun('2', 'a'), newRun('3', 'a')];
  for (const run of runs) await enqueue(ports, run);
  const [first, second, third] = runs.map((run) => run.id);
  expect(idsOf(await start(2))).toEqual([first, second]);
  expect(idsOf(await start(2))).toEqual([]);
  await ports.slots.release(slotPool, first ?? '');
  expect(idsOf(await start(2))).toEqual([third]);
  expect(await ports.runs.get(third ?? '')).toMatchObject({
    status: 'running',
    fence: 1,
    definition,
  });
});

test('a run that is held back stays queued and takes no slot; others begin', async () => {
  const [held, other] = [newRun('1', 'a'), newRun('2', 'a')];
  for (const run of [held, other]) await enqueue(ports, run);
  let until: number | undefined = now + 60_000;
  const heldUntil = (run: Run) => (run.id === held.id ? until : undefined);
  const again = () => dispatch(ports, { capacity: 1, definition, heldUntil });
  expect(idsOf(await again())).toEqual([other.id]);
  expect(await ports.runs.get(held.id)).toMatchObject({ status: 'queued', heldUntil: until });
  // Whoever starts one run alone knows nothing of GitHub's calls, and leaves the mark.
  expect(await dispatch(ports, { capacity: 2, definition, only: 'another' })).toEqual([]);
  expect(await ports.runs.get(held.id)).toMatchObject({ heldUntil: until });
  // All slots are taken: the mark goes all the same.
  until = undefined;
  expect(await again()).toEqual([]);
  expect(await ports.runs.get(held.id)).not.toHaveProperty('heldUntil');
  await ports.slots.release(slotPool, other.id);
  expect(idsOf(await again())).toEqual([held.id]);
});

test('a second run on a claimed issue ends at once, names the first and frees its slot', async () => {
  const first = newRun('1', 'a');
  const second = newRun('1', 'b');
  await enqueue(ports, first);
  await enqueue(ports, second);
  expect(idsOf(await start(2))).toEqual([first.id]);
  expect(await ports.runs.get(second.id)).toMatchObject({
    status: 'settled',
    outcome: 'cancelled',
    error: { name: 'ClaimHeld', message: expect.stringContaining(first.id) },
  });
  expect(await ports.slots.holders(slotPool, now)).toEqual([first.id]);
});

test('a run whose issue is claimed by one that is asked to stop waits for its end', async () => {
  const first = newRun('1', 'a');
  const second = newRun('1', 'b');
  await enqueue(ports, first);
  await start(2);
  await enqueue(ports, second);
  await cancel(ports, first.id, 'ada', { actor: 'intake', reason: 'because' });
  expect(idsOf(await start(2))).toEqual([]);
  expect(await ports.runs.get(second.id)).toMatchObject({ status: 'queued' });
  expect(await ports.slots.holders(slotPool, now)).toEqual([first.id]);
  expect((await ports.runs.get(first.id))?.note).toBe('because');
  const end = { status: 'ending', outcome: 'cancelled' } as const;
  await ports.runs.update(first.id, ['running'], end, []);
  expect(idsOf(await start(2))).toEqual([]);
  await sweep(ports);
  expect(idsOf(await start(2))).toEqual([second.id]);
});

test('cancelling a queued run ends it; a running one is asked through its claim', async () => {
  const queued = newRun('1', 'a');
  await enqueue(ports, queued);
  expect(await cancel(ports, queued.id, 'ada')).toMatchObject({
    status: 'settled',
    outcome: 'cancelled',
  });
  const running = newRun('2', 'a');
  await enqueue(ports, running);
  await start(2);
  expect(await cancel(ports, running.id, 'ada')).toMatchObject({ status: 'running' });
  const claim = await ports.claims.get(issueKeyOf(repository, '2'));
  expect(claim?.cancelAt).toBe(now);
});

test('the sweep finishes a run that told its end and was not sealed, unless it is walked', async () => {
  const run = newRun('1', 'a');
  await enqueue(ports, run);
  await start(2);
  await ports.runs.update(run.id, ['running'], { status: 'ending', outcome: 'cancelled' }, []);
  await ports.runners.lease(run.id, 'walker', now, now + 1000);
  expect(await sweep(ports)).toBe(0);
  now += 60_000;
  expect(await sweep(ports, { only: 'another' })).toBe(0);
  expect(await sweep(ports)).toBe(1);
  expect(await ports.runs.get(run.id)).toMatchObject({ status: 'settled', outcome: 'cancelled' });
  expect(await ports.slots.holders(slotPool, now)).toEqual([]);
  expect((await ports.claims.get(issueKeyOf(repository, '1')))?.owner).toBeUndefined();
});
