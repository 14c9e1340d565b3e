import { ForgeFailed, ForgeUnavailable, StorageFailed } from '../../domain/errors.ts';
import type { Delivery, Ports } from '../../domain/ports.ts';
import { type CommentIntent, decideTrigger, type TriggerIntent } from '../../domain/trigger.ts';
import { hearComment } from './hear-comment.ts';
import type { IntakeOptions, TriggerOptions } from './intake-options.ts';
import { startRun } from './issue-runs.ts';
import { noticeChange } from './notice-change.ts';

/** Deliveries read at once, and how often in a pass. */
const most = 100;
const mostPages = 20;
/** Deliveries that may fail in one pass. */
const mostFailed = 100;
/** What had to wait is tried again in the same pass as long as that is no older, in milliseconds. */
const secondTryMs = 60_000;

/** So long is tried to do what a delivery asks for, in milliseconds: GitHub has hardly ever been away for longer. */
const patienceMs = 24 * 3_600_000;

/** What a pass over the inbox came to. */
export interface Drained {
  /** What became of each delivery that is done. */
  readonly done: readonly { readonly delivery: string; readonly note: string }[];
  /** Deliveries that wait for a later pass: GitHub can't be asked, or a run has not come so far. */
  readonly waiting: number;
}

/**
 * Does what stored deliveries ask for, oldest first, on GitHub's own word. Where one has to wait, its owner's others come
 * after everybody else's: one account that is over its limit, or whose calls hang, keeps nobody else waiting. Safe to repeat.
 */
export async function drainInbox(ports: Ports, options: IntakeOptions): Promise<Drained> {
  const pass = { done: [], waiting: 0, began: ports.clock.now() };
  let left: Delivery[] = [];
  const failed = new Set<string>();
  let last: Delivery | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await ports.inbox.pending(most, last);
    left.push(...(await takenUp(ports, page, options, pass, failed)));
    last = page.at(-1);
    if (page.length < most) break;
  }
  // One that waits for a reason of its own must not hold up what else is asked for there.
  while (left.length > 0 && ports.clock.now() - pass.began < secondTryMs) {
    if (pass.waiting >= mostFailed) break;
    left = await takenUp(ports, left, options, pass, new Set());
  }
  return { done: pass.done, waiting: pass.waiting + left.length };
}

interface Pass {
  readonly done: { readonly delivery: string; readonly note: string }[];
  /** Deliveries that were tried and have to wait. */
  waiting: number;
}

/** Gives those that were not tried, since one of the same owner had to wait. */
async function takenUp(
  ports: Ports,
  deliveries: readonly Delivery[],
  options: IntakeOptions,
  pass: Pass,
  failed: Set<string>,
): Promise<Delivery[]> {
  const left: Delivery[] = [];
  for (const delivery of deliveries) {
    const owner = String(delivery.intent.repository).split('/')[0]?.toLowerCase() ?? '';
    if (failed.has(owner) || pass.waiting >= mostFailed) {
      left.push(delivery);
      continue;
    }
    const { id } = delivery;
    const note = await settled(ports, delivery, options);
    if (note === undefined) {
      failed.add(owner);
      pass.waiting += 1;
      continue;
    }
    await ports.inbox.done(id, note);
    pass.done.push({ delivery: id, note });
  }
  return left;
}

/** Carries out what nobody is answered for. Gives what became of it. */
export async function carryIntent(
  ports: Ports,
  intent: Exclude<TriggerIntent, CommentIntent>,
  options: TriggerOptions,
): Promise<string> {
  if (intent.kind === 'change') return noticeChange(ports, intent, options);
  const decided = decideTrigger(intent, await options.readFacts(intent));
  return typeof decided === 'string' ? decided : startRun(ports, decided, options.settings);
}

/**
 * What became of a delivery; undefined: it waits. One that can't be worked on must not hold up the others, nor come back
 * for ever: what GitHub refuses is its answer, all else is given up, at once or, where it may pass, after a day.
 */
async function settled(ports: Ports, delivery: Delivery, options: IntakeOptions) {
  try {
    const asked = delivery.intent as unknown as TriggerIntent;
    if (asked.kind === 'comment') return await hearComment(ports, asked, options);
    return await carryIntent(ports, asked, options);
  } catch (error) {
    if (error instanceof StorageFailed) throw error;
    const { name, message } = error as Error;
    const said = `${name}: ${message}`;
    if (error instanceof ForgeFailed && !(error instanceof ForgeUnavailable)) return said;
    const waited = ports.clock.now() - delivery.receivedAt;
    if (error instanceof ForgeUnavailable && waited <= patienceMs) return undefined;
    const { id, event, intent, receivedAt } = delivery;
    const note = `given up after ${Math.floor(waited / 60_000)} minutes: ${said}`;
    return (await options.giveUp({ id, event, intent, receivedAt, note })) ? note : undefined;
  }
}
