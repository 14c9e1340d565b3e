import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTable } from '../../../lib/aws/store/table.ts';
import { admissionStoreContract } from '../../contract/admission-store.ts';
import { budgetStoreContract } from '../../contract/budget-store.ts';
import { claimStoreContract } from '../../contract/claim-store.ts';
import { cursorStoreContract } from '../../contract/cursor-store.ts';
import { effectStoreContract } from '../../contract/effect-store.ts';
import { aRun, event, kindsOf } from '../../contract/examples.ts';
import { inboxStoreContract } from '../../contract/inbox-store.ts';
import { pauseStoreContract } from '../../contract/pause-store.ts';
import { runStoreContract } from '../../contract/run-store.ts';
import { runnerStoreContract } from '../../contract/runner-store.ts';
import { slotStoreContract } from '../../contract/slot-store.ts';
import { stageStoreContract } from '../../contract/stage-store.ts';
import { type Fate, type FateOf, type LossyWire, startLossyWire } from './lossy-wire.ts';
import { storesOn } from './open-stores.ts';
import { emulatorClient, tableMaker } from './open-table.ts';

const makeTable = tableMaker();
const clients: { destroy(): void }[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

/** Stores whose every transaction meets with these fates; `attempts` is how often the SDK itself sends it. */
async function storesOver(wire: LossyWire, attempts: number) {
  const { tableName } = await makeTable();
  const client = emulatorClient(wire.url, attempts);
  clients.push(client);
  return storesOn(openTable(client, tableName));
}

const oneAfterTheOther =
  (fates: readonly Fate[]): FateOf =>
  (_, sentBefore) =>
    fates[sentBefore] ?? 'passed';
const cases: readonly [string, number, FateOf, readonly Fate[]][] = [
  [
    'every answer to a write is lost, and the SDK asks again',
    3,
    oneAfterTheOther(['unheard', 'unheard']),
    ['unheard', 'passed'],
  ],
  [
    'every answer to a write is lost, the SDK gives up, and it is sent again',
    1,
    oneAfterTheOther(['unheard', 'lost']),
    ['unheard', 'lost', 'passed'],
  ],
  [
    'the table is busy, and others are at its items',
    2,
    (nth, sentBefore) => {
      // The SDK waits half a second for a busy table, so not at each.
      if (sentBefore === 0 && nth % 9 === 1) return 'throttled';
      return nth % 2 === 0 ? 'conflicted' : 'passed';
    },
    ['throttled', 'conflicted', 'passed'],
  ],
];

describe.each(cases)('where %s', (_, attempts, fateOf, fates) => {
  let wire: LossyWire;
  beforeAll(async () => {
    wire = await startLossyWire(fateOf);
  });
  afterAll(() => {
    expect(wire.met).toEqual(new Set(fates));
  });
  const make = () => storesOver(wire, attempts);
  describe('runs', () => runStoreContract(make));
  describe('claims', () => claimStoreContract(make));
  describe('slots', () => slotStoreContract(make));
  describe('runners', () => runnerStoreContract(make));
  describe('stages', () => stageStoreContract(make));
  describe('budgets', () => budgetStoreContract(make));
  describe('admissions', () => admissionStoreContract(make));
  describe('pauses', () => pauseStoreContract(make));
  describe('effects', () => effectStoreContract(make));
  describe('inbox', () => inboxStoreContract(make));
  describe('cursors', () => cursorStoreContract(make));
});

/** What is asked for, and asked for again by a caller who was told that it failed. */
async function twice<T>(wire: LossyWire, ask: () => Promise<T>): Promise<T> {
  wire.fateOf = () => 'unheard';
  await expect(ask()).rejects.toMatchObject({ name: 'StorageFailed' });
  wire.fateOf = () => 'passed';
  return ask();
}

describe('where no answer ever comes to a write that was done', () => {
  const open = async () => {
    const wire = await startLossyWire();
    return { wire, stores: await storesOver(wire, 1) };
  };

  test('a run is there once, told once, and changed once', async () => {
    const { wire, stores } = await open();
    const { runs, ledger } = stores;
    await twice(wire, () => runs.create(aRun('r-1'), [event('run.queued')]));
    const change = { status: 'running', startedAt: 5 } as const;
    const run = await twice(wire, () =>
      runs.update('r-1', ['queued'], change, [event('run.started')]),
    );
    expect(run).toEqual({ ...aRun('r-1'), ...change });
    expect(await runs.list()).toEqual([run]);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['run.queued', 'run.started']);
  });

  test('a claim is taken under one fence, and freed', async () => {
    const { wire, stores } = await open();
    const { claims, ledger } = stores;
    const request = { key: 'k', run: 'r-1', now: 0, until: 100 };
    const claim = await twice(wire, () => claims.acquire(request, [event('claim.acquired')]));
    expect(claim).toMatchObject({ owner: 'r-1', fence: 1 });
    expect(await twice(wire, () => claims.heartbeat({ ...request, until: 150, fence: 1 }))).toEqual(
      { ...claim, leaseUntil: 150 },
    );
    expect(
      await twice(wire, () => claims.requestCancel('k', 'r-1', 7, [event('cancel.requested')])),
    ).toBe(true);
    await twice(wire, () => claims.release('k', 'r-1', 1, [event('claim.released')]));
    expect(await claims.get('k')).toEqual({ key: 'k', fence: 1 });
    const told = ['claim.acquired', 'cancel.requested', 'claim.released'];
    expect(await kindsOf(ledger, 'r-1')).toEqual(told);
  });

  test('slots, runners and admissions count once', async () => {
    const { wire, stores } = await open();
    const { slots, runners, admissions } = stores;
    expect(await twice(wire, () => slots.take('p', 'r-1', 0, 10, 1))).toBe(true);
    expect(await slots.holders('p', 0)).toEqual(['r-1']);
    await twice(wire, () => slots.release('p', 'r-1'));
    expect(await slots.holders('p', 0)).toEqual([]);
    expect(await twice(wire, () => runners.lease('r-1', 'i-1', 0, 10))).toBe(true);
    await twice(wire, () => runners.release('r-1', 'i-1'));
    expect(await runners.holder('r-1', 0)).toBeUndefined();
    const today = { repository: 'o/r', day: '2026-01-31', dollars: 2, caps: { runs: 2 } };
    const admit = (run: string) => admissions.admit({ ...today, run });
    expect(await twice(wire, () => admit('r-1'))).toEqual({ admitted: true, dollars: 2 });
    expect(await admit('r-2')).toMatchObject({ admitted: true });
    expect(await admit('r-3')).toMatchObject({ admitted: false });
  });

  test('a call is reserved and settled once', async () => {
    const { wire, stores } = await open();
    const { budgets, ledger } = stores;
    const budget = { dollars: 1, tokens: 100, turns: 3 };
    const reserve = () =>
      budgets.reserve('r-1', 'c-1', budget, { tokens: 60, dollars: 0.5 }, [event('reserved')]);
    expect(await twice(wire, reserve)).toEqual({ turns: 1, tokens: 60, dollars: 0.5 });
    const usage = { input: 10, cacheRead: 1, cacheWrite: 2, output: 3 };
    await twice(wire, () => budgets.settle('r-1', 'c-1', usage, 0.25, [event('settled')]));
    expect(await budgets.spent('r-1')).toEqual({ turns: 1, tokens: 16, dollars: 0.25, usage });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['reserved', 'settled']);
  });

  test('an effect is intended and done once', async () => {
    const { wire, stores } = await open();
    const { effects, ledger } = stores;
    const intend = () => effects.intend('r-1/commit/1', 'r-1', 'commit', [event('intended')]);
    expect(await twice(wire, intend)).toEqual({ key: 'r-1/commit/1', run: 'r-1', kind: 'commit' });
    await twice(wire, () => effects.receipt('r-1/commit/1', { commit: 'a' }, [event('done')]));
    expect(await effects.list('r-1')).toMatchObject([{ receipt: { commit: 'a' } }]);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['intended', 'done']);
  });

  test('a delivery waits once, and no more when it is done', async () => {
    const { wire, stores } = await open();
    const { inbox } = stores;
    const delivery = {
      id: 'd-1',
      bodyHash: 'b',
      semanticKey: 'm',
      event: 'issues',
      intent: {},
      receivedAt: 1,
    };
    // It was seen before, which is what GitHub has to be told.
    expect(await twice(wire, () => inbox.accept(delivery))).toBe(false);
    expect(await inbox.pending(10)).toEqual([delivery]);
    await twice(wire, () => inbox.done('d-1', 'run r-1'));
    expect(await inbox.pending(10)).toEqual([]);
  });

  test('a boot code opens one session, and a stage is left and closed once', async () => {
    const { wire, stores } = await open();
    const { stages, ledger } = stores;
    const boot = { at: 0, expires: 10, deadline: 100 };
    const key = { run: 'r-1', role: 'coder', round: 1 } as const;
    let codes = 0;
    const opened = await twice(wire, () => {
      codes += 1;
      return stages.open(key, { ...boot, hash: `code-${codes}` }, [event('opened')]);
    });
    expect((await stages.list('r-1')).map(({ closedAt }) => closedAt)).toEqual([0, undefined]);
    const redeem = (session: string) => () =>
      stages.redeem('code-2', session, 1, [event('redeemed')]);
    // Whoever heard nothing has no session: the code is used, and the lifecycle opens another attempt.
    await expect(twice(wire, redeem('s-1'))).rejects.toMatchObject({ name: 'SessionRefused' });
    await twice(wire, () => stages.leave(opened, 'digest', [event('left')]));
    const closed = await twice(wire, () => stages.close(opened, 7, [event('closed')]));
    expect(closed).toMatchObject({ attempt: 2, handoff: 'digest', closedAt: 7 });
    expect(await kindsOf(ledger, 'r-1')).toEqual([
      'opened',
      'opened',
      'redeemed',
      'left',
      'closed',
    ]);
  });
});
