import { expect, test } from '@jest/globals';
import type { Ports } from '../../lib/domain/ports.ts';
import type { StageKey } from '../../lib/domain/stage.ts';
import { event, kindsOf } from './examples.ts';

const key: StageKey = { run: 'r-1', role: 'coder', round: 1 };
const boot = (hash: string, at = 0) => ({ hash, at, expires: at + 10, deadline: at + 100 });
const refused = { name: 'SessionRefused' };

/** What every `StageStore` does. Each test gets stores of its own. */
export function stageStoreContract(make: () => Promise<Pick<Ports, 'stages' | 'ledger'>>): void {
  sessionContract(make);
  resultContract(make);
}

function sessionContract(make: () => Promise<Pick<Ports, 'stages' | 'ledger'>>): void {
  test('numbers attempts of a stage and keeps stages apart', async () => {
    const { stages, ledger } = await make();
    const first = await stages.open(key, boot('a'), [event('stage.opened')]);
    expect(first).toEqual({
      ...key,
      attempt: 1,
      openedAt: 0,
      deadline: 100,
      turns: 0,
      usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 },
    });
    expect(await stages.open({ ...key, round: 2 }, boot('b'), [])).toMatchObject({ attempt: 1 });
    expect(await stages.open({ ...key, role: 'reviewer' }, boot('c'), [])).toMatchObject({
      attempt: 1,
    });
    expect(await stages.open(key, boot('d', 5), [])).toMatchObject({ attempt: 2 });
    const listed = (await stages.list('r-1')).map((s) => [s.role, s.round, s.attempt, s.closedAt]);
    expect(listed).toEqual([
      ['coder', 1, 1, 5],
      ['coder', 2, 1, undefined],
      ['reviewer', 1, 1, undefined],
      ['coder', 1, 2, undefined],
    ]);
    expect(await stages.list('r-2')).toEqual([]);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['stage.opened']);
  });

  test('trades a boot code for a session once', async () => {
    const { stages, ledger } = await make();
    const opened = await stages.open(key, boot('code'), []);
    const told = [event('session.opened')];
    expect(await stages.redeem('code', 'session', 10, told)).toEqual(opened);
    await expect(stages.redeem('code', 'other', 10, told)).rejects.toMatchObject(refused);
    expect(await stages.session('session', 100)).toEqual(opened);
    await expect(stages.session('other', 10)).rejects.toMatchObject(refused);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['session.opened']);
  });

  test('refuses a boot code that is unknown, expired or of a closed attempt', async () => {
    const { stages } = await make();
    const opened = await stages.open(key, boot('code'), []);
    await expect(stages.redeem('guess', 's', 0, [])).rejects.toMatchObject(refused);
    await expect(stages.redeem('code', 's', 11, [])).rejects.toMatchObject(refused);
    await stages.close(opened, 5, []);
    await expect(stages.redeem('code', 's', 6, [])).rejects.toMatchObject(refused);
  });

  test('a session ends at the deadline, at the close, and at the next attempt', async () => {
    const { stages } = await make();
    await stages.open(key, boot('a'), []);
    await stages.redeem('a', 's-1', 1, []);
    await expect(stages.session('s-1', 101)).rejects.toMatchObject(refused);
    const second = await stages.open(key, boot('b', 2), []);
    await expect(stages.session('s-1', 3)).rejects.toMatchObject(refused);
    await stages.redeem('b', 's-2', 3, []);
    expect(await stages.session('s-2', 3)).toMatchObject({ attempt: 2 });
    await stages.close(second, 4, []);
    await expect(stages.session('s-2', 4)).rejects.toMatchObject(refused);
  });

  test('a retry of one stage leaves the session of a parallel one alone', async () => {
    const { stages } = await make();
    await stages.open({ ...key, role: 'reviewer' }, boot('r'), []);
    await stages.redeem('r', 's-r', 1, []);
    await stages.open(key, boot('a'), []);
    await stages.open(key, boot('b'), []);
    expect(await stages.session('s-r', 2)).toMatchObject({ role: 'reviewer' });
  });
}

function resultContract(make: () => Promise<Pick<Ports, 'stages' | 'ledger'>>): void {
  test('the first handoff stands; the same one again is fine', async () => {
    const { stages, ledger } = await make();
    const opened = await stages.open(key, boot('a'), []);
    const told = [event('handoff.left')];
    await stages.leave(opened, 'digest-1', told);
    await stages.leave(opened, 'digest-1', told);
    await expect(stages.leave(opened, 'digest-2', told)).rejects.toMatchObject(refused);
    expect(await stages.get(opened)).toMatchObject({ handoff: 'digest-1' });
    expect(await kindsOf(ledger, 'r-1')).toEqual(['handoff.left']);
  });

  test('a closed attempt takes no handoff and no turn', async () => {
    const { stages } = await make();
    const opened = await stages.open(key, boot('a'), []);
    await stages.open(key, boot('b'), []);
    await expect(stages.leave(opened, 'digest', [])).rejects.toMatchObject(refused);
    await expect(stages.nextTurn(opened)).rejects.toMatchObject(refused);
    expect((await stages.get(opened))?.handoff).toBeUndefined();
  });

  test('work that was cut off is kept once, and not beside a handoff or after the close', async () => {
    const { stages, ledger } = await make();
    const told = [event('work.kept')];
    const opened = await stages.open(key, boot('a'), []);
    await stages.keepPartial(opened, 'digest-1', told);
    await stages.keepPartial(opened, 'digest-2', told);
    expect(await stages.get(opened)).toMatchObject({ partial: 'digest-1' });
    await stages.close(opened, 5, []);
    await expect(stages.keepPartial(opened, 'digest-1', told)).rejects.toMatchObject(refused);
    const second = await stages.open(key, boot('b'), []);
    expect(second.partial).toBeUndefined();
    await stages.leave(second, 'handoff', []);
    await stages.keepPartial(second, 'digest-3', told);
    expect((await stages.get(second))?.partial).toBeUndefined();
    expect(await kindsOf(ledger, 'r-1')).toEqual(['work.kept']);
  });

  test('the model that calls go to is kept with what tells of it, until the close', async () => {
    const { stages, ledger } = await make();
    const opened = await stages.open(key, boot('a'), []);
    await stages.redeem('a', 'session', 1, []);
    for (const link of [1, 2, 0]) {
      await stages.useLink(opened, link, [event('model.switched')]);
      expect(await stages.session('session', 2)).toMatchObject({ link });
    }
    const second = await stages.open(key, boot('b'), []);
    expect(second).not.toHaveProperty('link');
    await expect(stages.useLink(opened, 1, [])).rejects.toMatchObject(refused);
    expect(await kindsOf(ledger, 'r-1')).toEqual(Array(3).fill('model.switched'));
  });

  test('an observed failure takes the place of a claimed one, never the other way', async () => {
    const { stages, ledger } = await make();
    const opened = await stages.open(key, boot('a'), []);
    const claimed = { name: 'AgentStuck', message: 'says the sandbox', observed: false };
    const observed = { name: 'BudgetExceeded', message: 'says the gateway', observed: true };
    const failureOf = async () => (await stages.get(opened))?.failure;
    await stages.fail(opened, claimed, [event('one')]);
    expect(await failureOf()).toEqual(claimed);
    await stages.fail(opened, observed, [event('two')]);
    await stages.fail(opened, claimed, [event('three')]);
    await stages.fail(opened, { ...observed, message: 'later' }, [event('four')]);
    expect(await failureOf()).toEqual(observed);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['one', 'two']);
  });

  test('closing is told once and ends what can be recorded', async () => {
    const { stages, ledger } = await make();
    const opened = await stages.open(key, boot('a'), []);
    const closed = await stages.close(opened, 7, [event('stage.closed')]);
    expect(closed).toEqual({ ...opened, closedAt: 7 });
    expect(await stages.close(opened, 9, [event('stage.closed')])).toEqual(closed);
    await stages.fail(opened, { name: 'StageLost', message: 'late', observed: true }, []);
    expect(await stages.get(opened)).toEqual(closed);
    expect(await kindsOf(ledger, 'r-1')).toEqual(['stage.closed']);
  });

  test('counts turns per attempt', async () => {
    const { stages } = await make();
    const first = await stages.open(key, boot('a'), []);
    const counted = await Promise.all([1, 2, 3].map(() => stages.nextTurn(first)));
    expect(counted.sort()).toEqual([1, 2, 3]);
    expect(await stages.get(first)).toMatchObject({ turns: 3 });
    const second = await stages.open(key, boot('b'), []);
    expect(await stages.nextTurn(second)).toBe(1);
  });

  test('counts bodies per attempt, apart from turns, while it is open', async () => {
    const { stages } = await make();
    const first = await stages.open(key, boot('a'), []);
    const counted = await Promise.all([1, 2, 3].map(() => stages.nextBody(first)));
    expect(counted.sort()).toEqual([1, 2, 3]);
    expect(await stages.get(first)).toMatchObject({ turns: 0, bodies: 3 });
    const second = await stages.open(key, boot('b'), []);
    expect(await stages.nextBody(second)).toBe(1);
    await expect(stages.nextBody(first)).rejects.toMatchObject({ name: 'SessionRefused' });
  });

  test('an attempt that was never opened is not found', async () => {
    const { stages } = await make();
    const absent = { ...key, attempt: 1 };
    expect(await stages.get(absent)).toBeUndefined();
    await expect(stages.close(absent, 1, [])).rejects.toMatchObject({ name: 'NotFound' });
    await expect(stages.nextTurn(absent)).rejects.toMatchObject({ name: 'NotFound' });
    await expect(stages.nextBody(absent)).rejects.toMatchObject({ name: 'NotFound' });
  });
}
