import { ForgeFailed, ForgeUnavailable, StorageFailed } from '../../domain/errors.ts';
import type { Delivery, Ports } from '../../domain/ports.ts';
import { type CommentIntent, decideTrigger, type TriggerIntent } from '../../domain/trigger.ts';
import { hearComment } from './hear-comment.ts';
import type { IntakeOptions, TriggerOptions } from './intake-options.ts';
import { startRun } from './issue-runs.ts';
import { noticeChange } from './notice-change.ts';

/** Deliveries taken up at once. */
const most = 100;

/** So long is tried to do what a delivery asks for, in milliseconds: GitHub has hardly ever been away for longer. */
const patienceMs = 24 * 3_600_000;

/** What a pass over the inbox came to. */
export interface Drained {
  /** What became of each delivery that is done. */
  readonly done: readonly { readonly delivery: string; readonly note: string }[];
  /** Deliveries that wait for a later pass: GitHub can't be asked, or a run has not come so far. */
  readonly waiting: number;
}

/** Does what stored deliveries ask for, oldest first, on GitHub's own word. Safe to repeat. */
export async function drainInbox(ports: Ports, options: IntakeOptions): Promise<Drained> {
  const done: { delivery: string; note: string }[] = [];
  const pending = await ports.inbox.pending(most);
  for (const delivery of pending) {
    const note = await settled(ports, delivery, options);
    if (note === undefined) continue;
    const { id } = delivery;
    await ports.inbox.done(id, note);
    done.push({ delivery: id, note });
  }
  return { done, waiting: pending.length - done.length };
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
