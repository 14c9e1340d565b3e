import {
  acquireClaim,
  type Claim,
  cancelClaim,
  heartbeatClaim,
  releaseClaim,
} from '../../domain/claim.ts';
import type { ClaimStore } from '../../domain/ports.ts';
import { tell } from './event-log.ts';
import { claimKey } from './keys.ts';
import type { Stored, Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

type Row = Stored<{ readonly body: string }>;

/** Claims in DynamoDB; the rules are in the domain. An item is never deleted and has no end: its fence must only rise. */
export function dynamoClaimStore(table: Table): ClaimStore {
  const find = async (key: string) => {
    const row: Row | undefined = await table.get(claimKey(key));
    return { row, found: row && (JSON.parse(row.body) as Claim) };
  };
  return {
    get: async (key) => (await find(key)).found,
    acquire: (request, events) =>
      table.write(async () => {
        const { row, found } = await find(request.key);
        const claim = acquireClaim(found, request);
        const told = found?.owner === request.run ? [] : events;
        const writes = [put(row, claim), ...(await tell(table, request.run, told))];
        return { result: claim, writes };
      }),
    heartbeat: (request) =>
      table.write(async () => {
        const { row, found } = await find(request.key);
        const claim = heartbeatClaim(found, request);
        return { result: claim, writes: [put(row, claim)] };
      }),
    requestCancel: (key, run, at, events) =>
      table.write(async () => {
        const { row, found } = await find(key);
        if (found?.owner !== run) return { result: false, writes: [] };
        const asked = cancelClaim(found, at);
        if (asked === found) return { result: true, writes: [] };
        return { result: true, writes: [put(row, asked), ...(await tell(table, run, events))] };
      }),
    release: (key, run, fence, events) =>
      table.write(async () => {
        const { row, found } = await find(key);
        const freed = found && releaseClaim(found, run, fence);
        if (freed === undefined || freed === found) return { result: undefined, writes: [] };
        const writes = [put(row, freed), ...(await tell(table, run, events))];
        return { result: undefined, writes };
      }),
  };
}

function put(row: Row | undefined, claim: Claim): Write {
  const item = { ...claimKey(claim.key), body: JSON.stringify(claim) };
  return { name: 'claim', put: item, when: unchanged(row) };
}
