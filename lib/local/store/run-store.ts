import { NotFound } from '../../domain/errors.ts';
import type { RunStore } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import type { Database } from './database.ts';
import { appendEvents } from './event-log.ts';

interface Row {
  readonly body: string;
}
const runIn = (row: Row): Run => JSON.parse(row.body) as Run;

const ofStatus = '(?1 IS NULL OR status IN (SELECT value FROM json_each(?1)))';
const newestFirst = 'ORDER BY created_at DESC, position DESC LIMIT ?2';
const listAll = `SELECT body FROM runs WHERE ${ofStatus} ${newestFirst}`;
const listOfIssue = `SELECT body FROM runs WHERE ${ofStatus}
  AND json_extract(body, '$.repository.forge') = ?3
  AND json_extract(body, '$.repository.name') = ?4
  AND json_extract(body, '$.issue') = ?5 ${newestFirst}`;

/** Runs in SQLite. */
export function sqliteRunStore(database: Database): RunStore {
  const find = (id: string): Run | undefined => {
    const row = database.get<Row>('SELECT body FROM runs WHERE id = ?', id);
    return row && runIn(row);
  };
  return {
    create: async (run, events) =>
      database.write(() => {
        const found = find(run.id);
        if (found !== undefined) return { created: false, run: found };
        const body = JSON.stringify(run);
        database.run(
          'INSERT INTO runs (id, status, created_at, body) VALUES (?, ?, ?, ?)',
          run.id,
          run.status,
          run.createdAt,
          body,
        );
        appendEvents(database, run.id, events);
        return { created: true, run: runIn({ body }) };
      }),
    get: async (id) => find(id),
    list: async ({ status, issue, limit = -1 } = {}) => {
      const statuses = status === undefined ? null : JSON.stringify(status);
      const rows =
        issue === undefined
          ? database.all<Row>(listAll, statuses, limit)
          : database.all<Row>(
              listOfIssue,
              statuses,
              limit,
              issue.repository.forge,
              issue.repository.name,
              issue.issue,
            );
      return rows.map(runIn);
    },
    update: async (id, from, change, events) =>
      database.write(() => {
        const found = find(id);
        if (found === undefined) throw new NotFound(`no run ${id}`);
        if (!from.includes(found.status)) return found;
        const run = { ...found, ...change, id };
        const body = JSON.stringify(run);
        database.run('UPDATE runs SET status = ?, body = ? WHERE id = ?', run.status, body, id);
        appendEvents(database, id, events);
        return runIn({ body });
      }),
  };
}
