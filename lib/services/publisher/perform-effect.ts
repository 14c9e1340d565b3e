import { claimLeaseMs } from '../../domain/claim.ts';
import type { EffectKind } from '../../domain/effect.ts';
import { Cancelled, FenceStale } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/ledger.ts';
import { ownMark } from '../../domain/own-mark.ts';
import type { Ports } from '../../domain/ports.ts';
import { issueKeyOf, type Run } from '../../domain/run.ts';

/** What an effect needs of the ports. */
export type EffectPorts = Pick<Ports, 'clock' | 'claims' | 'effects' | 'ledger'>;

/** How an effect is done. Receipts are small JSON objects. */
export interface EffectWork<Receipt extends object> {
  /** The receipt of an earlier try whose answer was lost; undefined where nothing was done. */
  readonly find: () => Promise<Receipt | undefined>;
  readonly act: () => Promise<Receipt>;
  /** Set for what is said at a run's end: a run that was asked to stop says so too. */
  readonly evenIfCancelled?: boolean;
  /** Checked before each call in place of the claim, by who writes where no run is at work. Throws. */
  readonly authority?: () => Promise<void>;
  /** The ledger is told nothing: there is none, or its chain has ended. */
  readonly silent?: boolean;
}

/** Whose effect it is, and about which issue. */
export type EffectRun = Pick<Run, 'id' | 'repository' | 'issue' | 'fence'>;

/**
 * Does one write to the forge, once: the fence is checked right before each call, the intent is recorded
 * before, the receipt after, and an intent without a receipt is looked for before it is tried again.
 * Throws `FenceStale`, `Cancelled`, and what `find` and `act` throw.
 */
export async function performEffect<Receipt extends object>(
  ports: EffectPorts,
  run: EffectRun,
  key: string,
  kind: EffectKind,
  work: EffectWork<Receipt>,
): Promise<Receipt> {
  const event = (name: string, data: Record<string, unknown>) =>
    work.silent === true ? [] : [eventOf(ports, run, name, data)];
  const known = (await ports.effects.list(run.id)).find((effect) => effect.key === key);
  if (known?.receipt !== undefined) return known.receipt as Receipt;
  await checkFence(ports, run, work);
  await ports.effects.intend(key, run.id, kind, event('effect.intended', { key, kind }));
  const told = <T>(doing: () => Promise<T>) =>
    doing().catch(async (error: Error) => {
      const { name, message } = error;
      const data = { key, kind, error: name, message: message.slice(0, 1000) };
      const failed = event('effect.failed', data);
      if (failed.length > 0) await ports.ledger.append(run.id, failed);
      throw error;
    });
  const found = known && (await told(work.find));
  if (known !== undefined && found === undefined) await checkFence(ports, run, work);
  const receipt: Receipt = found ?? (await told(work.act));
  const plain = Object.fromEntries(Object.entries(receipt));
  await ports.effects.receipt(key, plain, event('effect.done', { key, kind, receipt }));
  return receipt;
}

/** What the run has done under the key, if it is known to be done. */
export async function receiptOf<Receipt extends object>(
  ports: Pick<Ports, 'effects'>,
  run: Run,
  key: string,
): Promise<Receipt | undefined> {
  const found = (await ports.effects.list(run.id)).find((effect) => effect.key === key);
  return found?.receipt as Receipt | undefined;
}

/** Hidden in what is written, so that it is found again. */
export function markerOf(key: string): string {
  return `${ownMark}${key} -->`;
}

async function checkFence(
  ports: EffectPorts,
  run: EffectRun,
  { authority, evenIfCancelled }: Pick<EffectWork<object>, 'authority' | 'evenIfCancelled'>,
): Promise<void> {
  if (authority !== undefined) return authority();
  if (run.fence === undefined) throw new FenceStale(`run ${run.id} holds no claim`);
  const now = ports.clock.now();
  const key = issueKeyOf(run.repository, run.issue);
  const { id, fence } = run;
  try {
    await ports.claims.heartbeat({ key, run: id, fence, now, until: now + claimLeaseMs });
  } catch (error) {
    // The fence is looked at before the wish to stop.
    if (evenIfCancelled !== true || !(error instanceof Cancelled)) throw error;
  }
}

function eventOf(
  ports: EffectPorts,
  run: EffectRun,
  kind: string,
  data: Record<string, unknown>,
): NewEvent {
  const at = ports.clock.now();
  return { kind, actor: 'publisher', standing: 'observed', at, fence: run.fence, data };
}
