import { DomainError, ForgeUnavailable, StorageFailed } from '../../domain/errors.ts';
import type { Delivery, Ports } from '../../domain/ports.ts';
import { type CommentIntent, decideTrigger, type TriggerIntent } from '../../domain/trigger.ts';
import { hearComment } from './hear-comment.ts';
import type { IntakeOptions, TriggerOptions } from './intake-options.ts';
import { startRun } from './issue-runs.ts';
import { noticeChange } from './notice-change.ts';

/** Deliveries taken up at once. */
const most = 100;

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
  for (const { id, intent } of pending) {
    const note = await settled(ports, intent, options);
    if (note === undefined) continue;
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

/** A delivery that can't be worked on must not hold up the others, nor come back for ever. */
async function settled(ports: Ports, intent: Delivery['intent'], options: IntakeOptions) {
  try {
    const asked = intent as unknown as TriggerIntent;
    if (asked.kind === 'comment') return await hearComment(ports, asked, options);
    return await carryIntent(ports, asked, options);
  } catch (error) {
    if (error instanceof ForgeUnavailable) return undefined;
    if (error instanceof StorageFailed) throw error;
    const { name, message } = error as Error;
    return error instanceof DomainError ? `${name}: ${message}` : `fault: ${name}: ${message}`;
  }
}
