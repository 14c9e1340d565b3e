import { RequestInvalid } from '../domain/errors.ts';

/** A small fact for the ledger, recorded there as claimed. */
export interface ClaimedEvent {
  readonly kind: string;
  readonly data: Record<string, unknown>;
}

/** Tells events in order, and so that no work waits until they are on a disk. */
export interface Teller {
  tell(event: ClaimedEvent): void;
  /** What was not sent yet, to go with a request that is made now anyhow. */
  beside(): Promise<readonly ClaimedEvent[]>;
  /** Sends what is left. Resolves when all has come through, or was let go. */
  told(): Promise<void>;
}

/** Events that the gateway takes in one request. */
const most = 100;
/** How long an event waits for a request that it can go with: long for a machine, short for who looks on. */
const patienceMs = 200;

/**
 * A teller over `send`, which is never called twice at a time. Events are claims and worth no stage: what can't
 * be told is let go, and where the gateway refuses one among several the others are told without it.
 */
export function startTeller(send: (events: readonly ClaimedEvent[]) => Promise<void>): Teller {
  const waiting: ClaimedEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  const sendAll = async () => {
    while (waiting.length > 0) await sendSome(send, waiting.splice(0, most));
    sending = undefined;
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) sending ??= sendAll();
  };
  return {
    tell: (event) => {
      waiting.push(event);
      if (waiting.length >= most) flush();
      else timer ??= setTimeout(flush, patienceMs);
    },
    beside: async () => {
      // In order: what is on its way was told before.
      while (sending !== undefined) await sending;
      clearTimeout(timer);
      timer = undefined;
      return waiting.splice(0, most);
    },
    told: async () => {
      flush();
      await sending;
    },
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
