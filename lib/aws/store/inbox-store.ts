import { NotFound } from '../../domain/errors.ts';
import type { Delivery, InboxStore } from '../../domain/ports.ts';
import { bodyKey, deliveryKey, inboxKey, inboxPartition, meaningKey } from './keys.ts';
import type { Decision, Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

/** What was seen is known for as long as GitHub may deliver it again, and ten times that. Seconds. */
const knownFor = 30 * 24 * 3600;

/** A delivery that was seen, whatever became of it. */
interface Seen {
  readonly receivedAt: number;
  /** Missing while it waits. */
  readonly note?: string;
}
/** A delivery that waits, and all that it says: JSON. */
interface Waiting {
  readonly body: string;
}

/**
 * Webhook deliveries in DynamoDB; id, body and meaning are unique each. Those that wait stand in one
 * partition, in the order in which they came.
 */
export function dynamoInboxStore(table: Table): InboxStore {
  return {
    accept: (delivery) => table.write(async (unmet) => accepted(delivery, unmet)),
    pending: async (limit, after) => {
      // The range has its first key in it, where that one still waits.
      const range = after && { prefix: '', from: inboxKey(after.receivedAt, after.id).sk };
      const asked = { ...range, limit: limit + (after === undefined ? 0 : 1) };
      const waiting = await table.query<Waiting>(inboxPartition, asked);
      const found = waiting.map(({ body }) => JSON.parse(body) as Delivery);
      return found.filter(({ id }) => id !== after?.id).slice(0, limit);
    },
    done: (id, note) =>
      table.write(async () => {
        const seen = await table.get<Seen>(deliveryKey(id));
        if (seen === undefined) throw new NotFound(`no delivery ${id}`);
        if (seen.note !== undefined) return { result: undefined, writes: [] };
        const { receivedAt } = seen;
        const place = inboxKey(receivedAt, id);
        const body = (await table.get<Waiting>(place))?.body;
        const put = { ...deliveryKey(id), receivedAt, body, note, expires: endOf(receivedAt) };
        const writes: readonly Write[] = [
          { name: 'id', put, when: unchanged(seen) },
          { name: 'waiting', delete: place },
        ];
        return { result: undefined, writes };
      }),
  };
}

/** Nothing is read before: whether it was seen, the conditions say, and most were not. */
function accepted(delivery: Delivery, unmet: readonly string[]): Decision<boolean> {
  if (unmet.length > 0) return { result: false, writes: [] };
  const { id, bodyHash, semanticKey, receivedAt } = delivery;
  const expires = endOf(receivedAt);
  const body = JSON.stringify(delivery);
  return {
    result: true,
    writes: [
      // Without an end as long as it waits.
      { name: 'id', put: { ...deliveryKey(id), receivedAt }, when: 'absent' },
      { name: 'body', put: { ...bodyKey(bodyHash), id, expires }, when: 'absent' },
      { name: 'meaning', put: { ...meaningKey(semanticKey), id, expires }, when: 'absent' },
      { name: 'waiting', put: { ...inboxKey(receivedAt, id), body }, when: 'absent' },
    ],
  };
}

function endOf(receivedAt: number): number {
  return Math.ceil(receivedAt / 1000) + knownFor;
}
