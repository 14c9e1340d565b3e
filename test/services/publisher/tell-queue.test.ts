import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ForgeUnavailable } from '../../../lib/domain/errors.ts';
import { slotPool } from '../../../lib/domain/lease.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { issueKeyOf, type Run } from '../../../lib/domain/run.ts';
import { cancel } from '../../../lib/services/cancel.ts';
import { dispatch } from '../../../lib/services/dispatcher.ts';
import { alone } from '../../../lib/services/lifecycle/alone.ts';
import { tellBegun } from '../../../lib/services/publisher/tell-progress.ts';
import { type QueueOptions, tellQueue } from '../../../lib/services/publisher/tell-queue.ts';
import { sweep } from '../../../lib/services/sweep.ts';
import { onPlayground } from './whole-run.ts';

let on: Awaited<ReturnType<typeof onPlayground>>;
let queued: Run;
let lines: string[] = [];

beforeEach(async () => {
  on = await onPlayground();
  lines = [];
  // The fixture's run has the one slot, and another issue's run waits for it.
  const now = Date.now();
  const running = await on.run();
  await on.ports.slots.take(slotPool, running.id, now, now + 600_000, 1);
  const { number } = await on.playground.createIssue({
    ...{ repository: on.repository, author: 'maria', title: 'Another', body: 'One.' },
  });
  const { trigger, settings, repository } = running;
  const run = { id: 'r-11110000111100001111', repository, issue: String(number) };
  const event = { kind: 'run.queued', actor: 'intake', standing: 'observed', at: now } as const;
  queued = (
    await on.ports.runs.create({ ...run, trigger, settings, status: 'queued', createdAt: now }, [
      event,
    ])
  ).run;
});
afterEach(() => on.close());

const look = (ports: Ports = on.ports, more: Partial<QueueOptions> = {}) =>
  tellQueue(ports, { capacity: 1, log: (line) => void lines.push(line), ...more });
const comments = async () => {
  const all = (await on.get(`/issues/${queued.issue}/comments`)) as { id: number; body: string }[];
  return all.map(({ id, body }) => ({ id, text: body.split('\n')[0] ?? '' }));
};
const present = async () => (await on.ports.runs.get(queued.id)) as Run;
const freeSlot = async () => on.ports.slots.release(slotPool, (await on.run()).id);

test('an issue whose run waits says so once, and the same comment goes on with the run', async () => {
  expect(await look()).toEqual({ told: 1, failed: 0 });
  const [first] = await comments();
  expect(first?.text).toBe(
    'Queued: the run waits until one of those at work has ended (1 at a time). It begins by itself then; nothing need be done.',
  );
  expect(await look()).toEqual({ told: 0, failed: 0 });
  expect(on.proxy.writes).toHaveLength(1);
  await freeSlot();
  expect(await look()).toEqual({ told: 0, failed: 0 });
  const [begun] = await dispatch(on.ports, { capacity: 1, definition: 'd' });
  await tellBegun(on.ports, begun as Run);
  expect(await comments()).toEqual([
    { id: first?.id, text: expect.stringMatching(/^At work on this issue/) },
  ]);
  const events = (await on.ports.ledger.events(queued.id)).map(({ kind }) => kind);
  expect(events.slice(0, 3)).toEqual(['run.queued', 'effect.intended', 'effect.done']);
});

test('what it waits for is brought up to date, as often as it changes', async () => {
  await look();
  await on.ports.pauses.pause({ at: 1, by: 'op', reason: 'a secret matter' });
  await look();
  const [paused, ...more] = await comments();
  expect(more).toEqual([]);
  expect(paused?.text).toMatch(/until whoever operates this ends the pause of all work/);
  expect(paused?.text).not.toContain('secret matter');
  await on.ports.pauses.resume();
  await look();
  expect((await comments())[0]?.text).toMatch(/1 at a time/);
  await on.ports.pauses.pause({ at: 2, by: 'op' });
  await look();
  await look();
  expect(await comments()).toEqual([{ id: paused?.id, text: paused?.text }]);
  expect(on.proxy.writes).toHaveLength(4);
});

test('a run that is to follow one that stops waits for its end', async () => {
  await freeSlot();
  const now = Date.now();
  const key = issueKeyOf(queued.repository, queued.issue);
  const older = { ...queued, id: 'r-00001111000011110000', createdAt: now - 1 };
  await on.ports.runs.create(older, []);
  await on.ports.runs.update(older.id, ['queued'], { status: 'running', startedAt: now }, []);
  await on.ports.claims.acquire({ key, run: older.id, now, until: now + 60_000 }, []);
  // Of one that goes on it would be turned away, not wait.
  expect(await look()).toEqual({ told: 0, failed: 0 });
  await on.ports.claims.requestCancel(key, older.id, now, []);
  expect(await look()).toEqual({ told: 1, failed: 0 });
  expect((await comments())[0]?.text).toMatch(/the end of the one before it on this issue/);
});

test('a run that ends in the queue takes its waiting back, and is sealed after that', async () => {
  await look();
  const by = { actor: 'intake', reason: 'maria asked for it on the issue' } as const;
  expect(await cancel(on.ports, queued.id, 'maria', by)).toMatchObject({ status: 'ending' });
  // Nobody else seals it before.
  await sweep(on.ports);
  expect((await present()).status).toBe('ending');
  const away = { method: 'PATCH', path: '/issues/comments/', kind: 'status', status: 502 } as const;
  await on.playground.addFault({ ...away, times: 50 });
  expect(await look()).toEqual({ told: 0, failed: 1 });
  expect((await present()).status).toBe('ending');
  await on.playground.clearFaults();
  expect(await look()).toEqual({ told: 1, failed: 0 });
  expect(await present()).toMatchObject({ status: 'settled', outcome: 'cancelled' });
  const [only, ...more] = await comments();
  expect(more).toEqual([]);
  expect(only?.text).toBe('Stopped:');
  expect(await look()).toEqual({ told: 0, failed: 0 });
  const events = (await on.ports.ledger.events(queued.id)).map(({ kind }) => kind);
  expect(events.at(-1)).toBe('run.settled');
});

test('a run that ends in the queue and was never told to wait ends at once, without a word', async () => {
  const ended = await cancel(on.ports, queued.id, 'maria');
  expect(ended).toMatchObject({ status: 'settled', outcome: 'cancelled' });
  await look();
  expect(on.proxy.writes).toEqual([]);
});

test('one whose comment nobody could take back for long, or ever, is sealed all the same', async () => {
  await look();
  await cancel(on.ports, queued.id, 'maria');
  const refused = { method: 'PATCH', path: '/issues/comments/', kind: 'status' } as const;
  await on.playground.addFault({ ...refused, status: 502, times: 50 });
  expect(await look()).toEqual({ told: 0, failed: 1 });
  const later = Date.now() + 11 * 60_000;
  expect(await look({ ...on.ports, clock: { now: () => later } })).toEqual({ told: 0, failed: 1 });
  expect((await present()).status).toBe('settled');
});

test('who dies on the way leaves one comment, and so does whose answer was lost', async () => {
  const { effects } = on.ports;
  const dying = { ...effects, receipt: () => Promise.reject(new Error('died')) };
  await expect(look({ ...on.ports, effects: dying })).rejects.toThrow('died');
  expect(await look()).toEqual({ told: 1, failed: 0 });
  expect(await comments()).toHaveLength(1);
  await on.ports.pauses.pause({ at: 1, by: 'op' });
  on.proxy.loseEachOnce();
  expect(await look()).toEqual({ told: 0, failed: 1 });
  expect(lines.join()).toMatch(new RegExp(`^${queued.id}: its issue could not be told: `));
  expect(await look()).toEqual({ told: 1, failed: 0 });
  expect(await comments()).toHaveLength(1);
});

test('where the answer to the first word is lost, there is still one comment', async () => {
  on.proxy.loseEachOnce();
  expect(await look()).toEqual({ told: 0, failed: 1 });
  // It goes on to be begun before it is told again.
  await freeSlot();
  const [begun] = await dispatch(on.ports, { capacity: 1, definition: 'd' });
  // The lifecycle tries again as well; each of its writes loses its first answer.
  const begins = () => tellBegun(on.ports, begun as Run).then(() => true);
  let done = false;
  for (let tries = 0; !done && tries < 9; tries += 1) done = await begins().catch(() => false);
  expect(done).toBe(true);
  expect(await comments()).toEqual([
    { id: expect.any(Number), text: expect.stringMatching(/^At work/) },
  ]);
});

test('several who look at once write one comment, and whoever begins the run waits for it', async () => {
  const { effects } = on.ports;
  let met: unknown;
  const intend: typeof effects.intend = async (...asked) => {
    // In the midst of it: a runner is not let in, nor is a step where nobody walks runs.
    expect(await on.ports.runners.lease(queued.id, 'a-runner', Date.now(), Date.now() + 1)).toBe(
      false,
    );
    met = await alone(on.ports, queued.id, async () => {}).catch((error: Error) => error.name);
    return effects.intend(...asked);
  };
  const ports = { ...on.ports, effects: { ...effects, intend } };
  const looked = await Promise.all([look(ports), look(ports), look(ports)]);
  expect(looked.map(({ told }) => told).sort()).toEqual([0, 0, 1]);
  expect(met).toBe('RunHeld');
  expect(await comments()).toHaveLength(1);
  expect(await alone(on.ports, queued.id, async () => 'let in')).toBe('let in');
});

test('a run that begins in the midst of it is not told to wait', async () => {
  const { pauses, runs } = on.ports;
  let begin = async () => {};
  const list: typeof runs.list = async (filter) => {
    const found = await runs.list(filter);
    await begin();
    return found;
  };
  const ports = { ...on.ports, runs: { ...runs, list }, pauses };
  begin = async () => {
    await runs.update(queued.id, ['queued'], { status: 'running', startedAt: 1 }, []);
  };
  expect(await look(ports)).toEqual({ told: 0, failed: 0 });
  expect(await comments()).toEqual([]);
});

test('a run that is stopped while its waiting is on the way to GitHub has it taken back', async () => {
  const { effects } = on.ports;
  let stopped: Run | undefined;
  const intend: typeof effects.intend = async (...asked) => {
    stopped ??= await cancel(on.ports, queued.id, 'maria');
    return effects.intend(...asked);
  };
  await look({ ...on.ports, effects: { ...effects, intend } });
  expect(stopped?.status).toBe('ending');
  expect((await comments())[0]?.text).toMatch(/^Queued/);
  expect(await look()).toEqual({ told: 1, failed: 0 });
  const [only, ...more] = await comments();
  expect(more).toEqual([]);
  expect(only?.text).toBe('Stopped, as asked.');
  expect((await present()).status).toBe('settled');
});

test('what GitHub refuses for good is not asked of it again; the next reason is', async () => {
  const locked = { method: 'POST', path: '/comments', kind: 'status', status: 403 } as const;
  await on.playground.addFault({ ...locked, times: 50 });
  expect(await look()).toEqual({ told: 0, failed: 1 });
  const asked = on.proxy.writes.length;
  expect(await look()).toEqual({ told: 0, failed: 0 });
  expect(on.proxy.writes).toHaveLength(asked);
  await on.playground.clearFaults();
  await on.ports.pauses.pause({ at: 1, by: 'op' });
  expect(await look()).toEqual({ told: 1, failed: 0 });
});

test('a run that is held back for want of calls says so, whether or not a slot is free', async () => {
  const held = { heldUntil: () => Date.now() + 60_000 };
  expect(await look(on.ports, held)).toEqual({ told: 1, failed: 0 });
  const [first] = await comments();
  expect(first?.text).toMatch(/waits until GitHub counts its calls anew, within the hour/);
  await freeSlot();
  expect(await look(on.ports, held)).toEqual({ told: 0, failed: 0 });
  expect(on.proxy.writes).toHaveLength(1);
});

test('nothing is written for a queued run while what is left is for those at work; an end is told', async () => {
  const none = { heldUntil: () => Date.now() + 60_000, mayTell: () => false };
  expect(await look(on.ports, none)).toEqual({ told: 0, failed: 0 });
  expect(on.proxy.writes).toEqual([]);
  await look();
  await cancel(on.ports, queued.id, 'maria');
  expect(await look(on.ports, none)).toEqual({ told: 1, failed: 0 });
  expect((await present()).status).toBe('settled');
});

/** Queued before the one that can be told. */
async function queueAway(n: number, name: string) {
  const { trigger, settings } = queued;
  const repository = { forge: 'github', name } as const;
  const createdAt = queued.createdAt - 1000 + n;
  const id = `r-2222000011110000${String(n).padStart(4, '0')}`;
  const run = { id, repository, issue: String(n), trigger, settings, createdAt };
  await on.ports.runs.create({ ...run, status: 'queued' }, []);
}

/** GitHub is away for all but the playground's repository; takes note of what it was asked for. */
function awayElsewhere(asked: string[]): Ports {
  const forgeOf: Ports['forgeOf'] = (run) => {
    if (run.repository.name === on.repository) return on.ports.forgeOf(run);
    const comment = () => {
      asked.push(run.repository.name);
      return Promise.reject(new ForgeUnavailable('away'));
    };
    return { ...on.ports.forgeOf(run), comment };
  };
  return { ...on.ports, forgeOf };
}

test('a repository that GitHub takes nothing for keeps no other from its word', async () => {
  for (const n of [1, 2, 3, 4, 5, 6]) await queueAway(n, 'octo/away');
  const asked: string[] = [];
  expect(await look(awayElsewhere(asked))).toEqual({ told: 1, failed: 1 });
  expect(asked).toEqual(['octo/away']);
  expect((await comments())[0]?.text).toMatch(/^Queued/);
});

test('a go ends where five repositories have failed', async () => {
  for (const n of [1, 2, 3, 4, 5, 6]) await queueAway(n, `octo/away-${n}`);
  const asked: string[] = [];
  expect(await look(awayElsewhere(asked))).toEqual({ told: 0, failed: 5 });
  expect(asked).toHaveLength(5);
});
