import { NotFound } from '../../domain/errors.ts';
import type { Delivery, InboxStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';
import { together } from './together.ts';

/** Webhook deliveries in SQLite; id, body and meaning are unique each. */
export function sqliteInboxStore(database: Database): InboxStore {
  const store = (delivery: Delivery) =>
    database.run(
      `INSERT INTO inbox (id, body_hash, semantic_key, body) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      delivery.id,
      delivery.bodyHash,
      delivery.semanticKey,
      JSON.stringify(delivery),
    ) === 1;
  return {
    // To wait for the disk costs more than all else that a delivery needs.
    accept: together((deliveries) => database.write(() => deliveries.map(store))),
    pending: async (limit, after) =>
      database
        .all<{ body: string }>(
          `SELECT body FROM inbox WHERE note IS NULL
           AND position > coalesce((SELECT position FROM inbox WHERE id = ?), 0)
           ORDER BY position LIMIT ?`,
          after?.id ?? null,
          limit,
        )
        .map(({ body }) => JSON.parse(body) as Delivery),
    done: async (id, note) =>
      database.write(() => {
        const changed = database.run(
          'UPDATE inbox SET note = coalesce(note, ?) WHERE id = ?',
          note,
          id,
        );
        if (changed === 0) throw new NotFound(`no delivery ${id}`);
      }),
  };
}
