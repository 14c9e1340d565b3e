import { Readable } from 'node:stream';
import { type DomainError, ModelFailed } from '../../../domain/errors.ts';
import type { WireReply } from '../../../domain/wire.ts';
import { leaveLink } from '../ask-chain.ts';
import { failureOf } from '../call-account.ts';
import { keptStream } from './kept-reply.ts';
import { membersOf } from './members.ts';
import { beyondBudget, emptyTally, hungUp, type OpenCall, settle } from './open-call.ts';
import { type SentEvent, sentEvents } from './sse.ts';
import { wireErrorOf } from './wire-error.ts';
import type { Tally } from './wire-rules.ts';

interface Passing extends OpenCall {
  readonly known: Tally;
  readonly events: SentEvent[];
  /** Bytes of text that came. */
  received: number;
  /** Settles the call, once. */
  readonly end: (failure?: DomainError) => Promise<void>;
}

/**
 * A streamed reply as its client gets it: the provider's own bytes, event by event, as fast as the client takes them.
 * The call is settled before the stream ends, or when the client hangs up.
 */
export function streamReply(open: OpenCall, reply: WireReply): Readable {
  let ended: Promise<void> | undefined;
  const passing: Passing = {
    ...open,
    known: emptyTally(),
    events: [],
    received: 0,
    end: (failure) => {
      const kept = () => keptStream(passing.events, open.rules);
      ended ??= settle(open, passing.known, passing.received, kept, failure).then(async () => {
        // Its client has heard a part, so that only its next call can go elsewhere.
        if (failure !== undefined) await leaveLink(open.ports, open.call, failure);
      });
      return ended;
    },
  };
  const texts = passed(passing, reply);
  return new Readable({
    read() {
      texts.next().then(
        ({ done, value }) => void this.push(done ? null : value),
        (error: Error) => void this.destroy(error),
      );
    },
    destroy(error, done) {
      open.abort.abort();
      passing.end(hungUp()).then(
        () => done(error),
        (failure: Error) => done(error ?? failure),
      );
    },
  });
}

async function* passed(passing: Passing, reply: WireReply): AsyncGenerator<string, undefined> {
  const { known, rules, abort, end } = passing;
  let failure: DomainError | undefined;
  try {
    for await (const event of sentEvents(reply.body)) {
      take(passing, event);
      failure = await beyondBudget(passing, known, passing.received);
      if (failure !== undefined) break;
      yield event.text;
    }
    failure ??= whyBroken(known);
  } catch (error) {
    failure = failureOf(error);
  }
  if (failure !== undefined) abort.abort();
  await end(failure);
  // Where the provider told an error of its own, its client has it already.
  if (failure === undefined || known.failed !== undefined) return;
  yield rules.errorEvent(wireErrorOf(failure, () => {}));
}

function take(passing: Passing, event: SentEvent): void {
  const data = membersOf(event.data);
  passing.events.push(event);
  passing.rules.tally(passing.known, data);
  for (const { holder, key } of passing.rules.pieces(data)) {
    passing.received += Buffer.byteLength(String(holder[key]));
  }
}

function whyBroken(known: Tally): ModelFailed | undefined {
  if (known.failed !== undefined) {
    return new ModelFailed(`the provider broke off: ${known.failed.slice(0, 300)}`, {
      unavailable: true,
    });
  }
  if (known.complete) return undefined;
  return new ModelFailed('the stream ended before the reply did', { unavailable: true });
}
