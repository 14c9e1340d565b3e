import type { AssignmentIntent, LabelIntent } from '../domain/trigger.ts';
import { accessTo, type GitHubAccess, type RepositoryClient } from './access.ts';
import { triggerRules } from './trigger-facts.ts';

/** Open issues that carry a repository's trigger, the longest unchanged first. */
export interface WaitingIssues {
  readonly intents: readonly (LabelIntent | AssignmentIntent)[];
  /** Where the next reading goes on. */
  readonly cursor: string;
}

/** When the last issue that was read had been changed, for each kind of trigger; ISO 8601. */
interface Cursor {
  readonly label?: string;
  readonly assignment?: string;
}

/** Issues of a kind that are read at once. */
const most = 50;
/** In the place of who sent the delivery that never came. */
const sender = 'reconciler';

/**
 * Reads open issues that carry the repository's trigger label or are assigned to its assignee, and were
 * changed at or after `cursor`. Throws `ForgeFailed`.
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
      assignee === '' ? nothing : await openIssues(github, { assignee }, from.assignment);
    const reached: Cursor = {
      ...from,
      ...(labelled.last === undefined ? {} : { label: labelled.last }),
      ...(assigned.last === undefined ? {} : { assignment: assigned.last }),
    };
    const about = { repository, sender };
    return {
      intents: [
        ...labelled.issues.map((issue) => ({ kind: 'label', ...about, issue, label }) as const),
        ...assigned.issues.map(
          (issue) => ({ kind: 'assignment', ...about, issue, assignee }) as const,
        ),
      ],
      cursor: JSON.stringify(reached),
    };
  });
}

const nothing = { issues: [], last: undefined };

async function openIssues(
  { request, at }: RepositoryClient,
  filter: { readonly labels: string } | { readonly assignee: string },
  since: string | undefined,
): Promise<{ issues: readonly number[]; last: string | undefined }> {
  const { data } = await request('GET /repos/{owner}/{repo}/issues', {
    ...{ ...at, ...filter, state: 'open', sort: 'updated', direction: 'asc', per_page: most },
    ...(since === undefined ? {} : { since }),
  });
  const issues = data.filter(({ pull_request }) => pull_request === undefined);
  return { issues: issues.map(({ number }) => number), last: data.at(-1)?.updated_at };
}
