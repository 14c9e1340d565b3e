import {
  acquireClaim,
  type Claim,
  cancelClaim,
  heartbeatClaim,
  releaseClaim,
} from '../../domain/claim.ts';
import type { NewEvent } from '../../domain/ledger.ts';
import type { ClaimStore } from '../../domain/ports.ts';
import type { Database } from './database.ts';
import { appendEvents } from './event-log.ts';

/** Claims in SQLite; the rules are in the domain. */
export function sqliteClaimStore(database: Database): ClaimStore {
  const find = (key: string): Claim | undefined => {
    const row = database.get<{ body: string }>('SELECT body FROM claims WHERE key = ?', key);
    return row && (JSON.parse(row.body) as Claim);
  };
  const put = (claim: Claim, run: string, events: readonly NewEvent[]): Claim => {
    database.run(
      'INSERT INTO claims (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body',
      claim.key,
      JSON.stringify(claim),
    );
    if (events.length > 0) appendEvents(database, run, events);
    return claim;
  };
  return {
    get: async (key) => find(key),
    acquire: async (request, events) => {
      // Who finds it held goes away without a lock that its owner may be waiting for.
      acquireClaim(find(request.key), request);
      return database.write(() => {
        const found = find(request.key);
        const told = found?.owner === request.run ? [] : events;
        return put(acquireClaim(found, request), request.run, told);
      });
    },
    heartbeat: async (request) =>
      database.write(() => put(heartbeatClaim(find(request.key), request), request.run, [])),
    requestCancel: async (key, run, at, events) =>
      database.write(() => {
        const found = find(key);
        if (found?.owner !== run) return false;
        const asked = cancelClaim(found, at);
        if (asked !== found) put(asked, run, events);
        return true;
      }),
    release: async (key, run, fence, events) =>
      database.write(() => {
        const found = find(key);
        if (found === undefined) return;
        const freed = releaseClaim(found, run, fence);
        if (freed !== found) put(freed, run, events);
      }),
  };
}
