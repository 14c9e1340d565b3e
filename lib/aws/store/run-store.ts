import { NotFound } from '../../domain/errors.ts';
import type { RunStore } from '../../domain/ports.ts';
import { issueKeyOf, type Run, type RunStatus } from '../../domain/run.ts';
import { tell } from './event-log.ts';
import {
  issueKey,
  issuePartition,
  runKey,
  runListKey,
  runListPartition,
  runListPrefix,
} from './keys.ts';
import type { Stored, Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

interface Row {
  readonly body: string;
}
/** A place in a list. */
interface Entry {
  readonly run: string;
}
const runIn = (row: Row): Run => JSON.parse(row.body) as Run;

/** In the order in which a run has them. */
const statuses: readonly RunStatus[] = ['queued', 'running', 'ending', 'settled'];

/** Runs in DynamoDB: an item each, and entries in the list of its status and of its issue. */
export function dynamoRunStore(table: Table): RunStore {
  const find = (id: string) => table.get<Row>(runKey(id));
  return {
    create: (run, events) =>
      table.write<{ created: boolean; run: Run }>(async () => {
        const found = await find(run.id);
        if (found !== undefined)
          return { result: { created: false, run: runIn(found) }, writes: [] };
        const listed = [
          { name: 'list', put: { ...listKeyOf(run), run: run.id } },
          { name: 'issue', put: { ...issueEntryKey(run), run: run.id } },
        ];
        const stored = asStored(run);
        const writes = [put(undefined, stored), ...listed, ...(await tell(table, run.id, events))];
        return { result: { created: true, run: stored }, writes };
      }),
    get: async (id) => {
      const found = await find(id);
      return found && runIn(found);
    },
    list: ({ status, issue, limit } = {}) =>
      issue === undefined
        ? listAll(table, status ?? statuses, limit)
        : listOfIssue(table, issueKeyOf(issue.repository, issue.issue), status, limit),
    update: (id, from, change, events) =>
      table.write(async () => {
        const row = await find(id);
        if (row === undefined) throw new NotFound(`no run ${id}`);
        const found = runIn(row);
        if (!from.includes(found.status)) return { result: found, writes: [] };
        const run = asStored({ ...found, ...change, id });
        const writes = [put(row, run), ...moved(found, run), ...(await tell(table, id, events))];
        return { result: run, writes };
      }),
  };
}

/** As it will be read: without members that are undefined. */
const asStored = (run: Run): Run => JSON.parse(JSON.stringify(run)) as Run;

const listKeyOf = ({ status, createdAt, id }: Run) => runListKey(status, createdAt, id);
const issueEntryKey = ({ repository, issue, createdAt, id }: Run) =>
  issueKey(issueKeyOf(repository, issue), createdAt, id);

function put(row: Stored<Row> | undefined, run: Run): Write {
  const item = { ...runKey(run.id), status: run.status, body: JSON.stringify(run) };
  return { name: 'run', put: item, when: unchanged(row) };
}

/** From the list of one status to that of another. */
function moved(found: Run, run: Run): readonly Write[] {
  if (found.status === run.status) return [];
  return [
    { name: 'old list', delete: listKeyOf(found) },
    { name: 'list', put: { ...listKeyOf(run), run: run.id } },
  ];
}

async function listAll(
  table: Table,
  wanted: readonly RunStatus[],
  limit: number | undefined,
): Promise<readonly Run[]> {
  const ids = new Set<string>();
  // One after the other and in their order, so that a run that goes on meanwhile is met at least once.
  for (const status of statuses.filter((one) => wanted.includes(one))) {
    const range = { prefix: runListPrefix(status), newestFirst: true, limit };
    for (const { run } of await table.query<Entry>(runListPartition, range)) ids.add(run);
  }
  const runs = await readRuns(table, [...ids], wanted);
  return runs.sort(newestFirst).slice(0, limit);
}

async function listOfIssue(
  table: Table,
  issue: string,
  wanted: readonly RunStatus[] | undefined,
  limit: number | undefined,
): Promise<readonly Run[]> {
  // Only where all count can the list be cut short before they are looked at.
  const most = wanted === undefined ? limit : undefined;
  const entries = await table.query<Entry>(issuePartition(issue), {
    newestFirst: true,
    limit: most,
  });
  const ids = entries.map(({ run }) => run);
  return (await readRuns(table, ids, wanted ?? statuses)).slice(0, limit);
}

/** Those of the runs that are in one of these statuses by now, in the order of their ids. */
async function readRuns(
  table: Table,
  ids: readonly string[],
  wanted: readonly RunStatus[],
): Promise<Run[]> {
  const rows = await table.getAll<Row>(ids.map(runKey));
  return rows.map(runIn).filter(({ status }) => wanted.includes(status));
}

function newestFirst(a: Run, b: Run): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}
