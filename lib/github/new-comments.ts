import type { CommentIntent } from '../domain/trigger.ts';
import { intentOf } from '../domain/webhook-intent.ts';
import { accessTo, type GitHubAccess, type RepositoryClient } from './access.ts';
import { changedSince, inSeconds } from './changed-since.ts';

/** Comments on a repository's issues that came since the last reading, the longest unchanged first. */
export interface NewComments {
  readonly intents: readonly CommentIntent[];
  /** Where the next reading goes on. */
  readonly cursor: string;
}

/** Times as GitHub writes them, in whole seconds. */
interface Cursor {
  /** When the comment was last changed that was read last. */
  readonly since: string;
  /** Comments made before this are old: that one turns up again only means that it was edited. */
  readonly floor: string;
  /** Those read that were changed in the second of `since`, in which more may come. */
  readonly seen: readonly number[];
}

interface Comment {
  readonly id: number;
  readonly body?: string;
  readonly user: { readonly login: string; readonly type: string } | null;
  readonly html_url: string;
  readonly issue_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const route = 'GET /repos/{owner}/{repo}/issues/comments';

/**
 * Reads the comments made since `cursor`. What was said before the first reading is the past: none of it is
 * given then. At most so many pages of 100 are read; a longer past is caught up with at the next readings.
 * Throws `ForgeFailed`.
 */
export async function readNewComments(
  access: GitHubAccess,
  repository: string,
  cursor: string | undefined,
  pages = 20,
): Promise<NewComments> {
  const within = accessTo(repository, access);
  return within({ issues: 'read', metadata: 'read' }, async (github) => {
    if (cursor === undefined) {
      const now = await timeThere(github);
      return { intents: [], cursor: textOf({ since: now, floor: now, seen: [] }) };
    }
    const from = JSON.parse(cursor) as Cursor;
    const { request, at } = github;
    const order = { sort: 'updated', direction: 'asc', per_page: 100 } as const;
    const { items: comments, all } = await changedSince<number, Comment>(
      async (place) => {
        const { data, headers } = await request(route, { ...at, ...order, ...place });
        return { data: data as readonly Comment[], headers };
      },
      ({ id }) => id,
      from.since,
      { pages },
    );
    const since = comments.at(-1)?.updated_at ?? from.since;
    const seen = since === from.since ? [...from.seen] : [];
    for (const { id, updated_at } of comments) {
      if (updated_at === since && !seen.includes(id)) seen.push(id);
    }
    const fresh = comments.filter(
      ({ id, created_at }) => created_at >= from.floor && !from.seen.includes(id),
    );
    return {
      intents: fresh.flatMap((comment) => intentOfComment(repository, comment)),
      cursor: textOf({ since, floor: all ? since : from.floor, seen }),
    };
  });
}

/** As the delivery would have been read that tells of the comment: none of bots, and none of our own. */
function intentOfComment(repository: string, comment: Comment): CommentIntent[] {
  const { id, body, user, html_url, issue_url } = comment;
  const issue = { number: Number(/\/(\d+)$/.exec(issue_url)?.[1]) };
  const intent = intentOf('issue_comment', {
    action: 'created',
    issue: /\/pull\/\d+#/.test(html_url) ? { ...issue, pull_request: {} } : issue,
    comment: { id, body },
    repository: { full_name: repository },
    sender: user,
  });
  return typeof intent === 'object' && intent.kind === 'comment' ? [intent] : [];
}

/** What GitHub's own clock says, so that ours is no matter. */
async function timeThere({ request, at }: RepositoryClient): Promise<string> {
  const { headers } = await request(route, { ...at, per_page: 1 });
  return inSeconds(headers.date === undefined ? Date.now() : Date.parse(headers.date));
}

function textOf(cursor: Cursor): string {
  return JSON.stringify(cursor);
}
