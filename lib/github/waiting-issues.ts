import type { AssignmentIntent, LabelIntent } from '../domain/trigger.ts';
import { accessTo, type GitHubAccess, type RepositoryClient } from './access.ts';
import { changedSince } from './changed-since.ts';
import { triggerRules } from './trigger-facts.ts';

/** Open issues that carry a repository's trigger, the longest unchanged first. */
export interface WaitingIssues {
  readonly intents: readonly (LabelIntent | AssignmentIntent)[];
  /** Where the next reading goes on. */
  readonly cursor: string;
}

/** Where the reading of one kind of trigger goes on. */
interface Place {
  /** When the last issue that was read had been changed, ISO 8601 in whole seconds. */
  readonly since: string;
  /** Those read that were changed in that second, as long as there are more to be read. */
  readonly seen: readonly number[];
}
/** For each kind of trigger; cursors of earlier versions have the time alone. */
interface Cursor {
  readonly label?: Place | string;
  readonly assignment?: Place | string;
}

/** Issues of a kind that are given at once, each of which costs calls of its own. */
const most = 50;
/** Pages of 100 that are read for that. */
const mostPages = 20;
const start: Place = { since: '1970-01-01T00:00:01Z', seen: [] };
/** In the place of who sent the delivery that never came. */
const sender = 'reconciler';

/**
 * Reads open issues that carry the repository's trigger label or are assigned to its assignee, and were
 * changed at or after `cursor`; so many at once, however many of them were changed in the same second. Throws `ForgeFailed`.
 */
export async function readWaitingIssues(
  access: GitHubAccess,
  repository: string,
  cursor: string | undefined,
): Promise<WaitingIssues> {
  const from = JSON.parse(cursor ?? '{}') as Cursor;
  const within = accessTo(repository, access);
  return within({ issues: 'read', contents: 'read', metadata: 'read' }, async (github) => {
    const { label, assignee = '' } = await triggerRules(github);
    const labelled = await openIssues(github, { labels: label }, from.label);
    const assigned =
      assignee === '' ? undefined : await openIssues(github, { assignee }, from.assignment);
    const reached: Cursor = {
      ...{ ...from, label: labelled.place },
      ...(assigned === undefined ? {} : { assignment: assigned.place }),
    };
    const about = { repository, sender };
    return {
      intents: [
        ...labelled.issues.map((issue) => ({ kind: 'label', ...about, issue, label }) as const),
        ...(assigned?.issues ?? []).map(
          (issue) => ({ kind: 'assignment', ...about, issue, assignee }) as const,
        ),
      ],
      cursor: JSON.stringify(reached),
    };
  });
}

async function openIssues(
  { request, at }: RepositoryClient,
  filter: { readonly labels: string } | { readonly assignee: string },
  cursor: Place | string = start,
): Promise<{ issues: readonly number[]; place: Place }> {
  const from = typeof cursor === 'string' ? { since: cursor, seen: [] } : cursor;
  const order = { state: 'open', sort: 'updated', direction: 'asc', per_page: 100 } as const;
  type Issue = Awaited<ReturnType<typeof list>>['data'][number];
  const list = (place: { since: string; page: number }) =>
    request('GET /repos/{owner}/{repo}/issues', { ...at, ...filter, ...order, ...place });
  const isNew = ({ number, updated_at: changed }: Issue) =>
    changed > from.since || (changed === from.since && !from.seen.includes(number));
  const { items, all } = await changedSince<number, Issue>(
    list,
    ({ number }) => number,
    from.since,
    {
      pages: mostPages,
      enough: (found) => found.filter(isNew).length >= most,
    },
  );
  const fresh = items.filter(isNew);
  const taken = fresh.slice(0, most);
  const since = taken.at(-1)?.updated_at ?? from.since;
  const sameSecond = taken.filter(({ updated_at }) => updated_at === since);
  const before = since === from.since ? from.seen : [];
  // At the end the last second is read again: more may come in it.
  const isOver = all && taken.length === fresh.length;
  const seen = isOver ? [] : [...before, ...sameSecond.map(({ number }) => number)];
  const issues = taken.filter(({ pull_request }) => pull_request === undefined);
  return { issues: issues.map(({ number }) => number), place: { since, seen } };
}
