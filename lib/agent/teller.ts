import { RequestInvalid } from '../domain/errors.ts';

/** A small fact for the ledger, recorded there as claimed. */
export interface ClaimedEvent {
  readonly kind: string;
  readonly data: Record<string, unknown>;
}

/** Tells events in the background, in order: the model need not wait until they are on a disk. */
export interface Teller {
  tell(event: ClaimedEvent): void;
  /** Resolves when all that was told has come through, or was let go. */
  told(): Promise<void>;
}

/** Events that the gateway takes in one request. */
const most = 100;

/**
 * A teller over `send`, which is never called twice at a time. Events are claims and worth no stage: what can't
 * be told is let go, and where the gateway refuses one among several the others are told without it.
 */
export function startTeller(send: (events: readonly ClaimedEvent[]) => Promise<void>): Teller {
  const waiting: ClaimedEvent[] = [];
  let sending: Promise<void> | undefined;
  const sendAll = async () => {
    while (waiting.length > 0) await sendSome(send, waiting.splice(0, most));
    sending = undefined;
  };
  return {
    tell: (event) => {
      waiting.push(event);
      sending ??= sendAll();
    },
    told: async () => sending,
  };
}

async function sendSome(
  send: (events: readonly ClaimedEvent[]) => Promise<void>,
  events: readonly ClaimedEvent[],
): Promise<void> {
  try {
    await send(events);
  } catch (error) {
    if (!(error instanceof RequestInvalid) || events.length === 1) return;
    for (const event of events) await sendSome(send, [event]);
  }
}
