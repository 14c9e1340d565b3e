import type { Forge, PostedComment } from '../domain/forge.ts';
import { issueNumber, type RepositoryClient, type WithAccess } from './access.ts';
import { listAll } from './client.ts';
import { mutate } from './mutate.ts';

const route = '/repos/{owner}/{repo}/issues/{issue_number}/comments';

/** Comments on issues and pull requests. */
export function commentsOf(access: WithAccess) {
  return {
    findComment: (issue, marker) =>
      access({ issues: 'read' }, async (github) => {
        const [found] = await ownComments(github, issue, marker);
        return found && shown(found);
      }),
    comment: (issue, body) =>
      access({ issues: 'write' }, async ({ request, at }) => {
        const where = { ...at, issue_number: issueNumber(issue) };
        return shown((await request(`POST ${route}`, { ...where, body })).data);
      }),
    editComment: (_issue, id, body) =>
      access({ issues: 'write' }, async ({ request, at }) => {
        const where = { ...at, comment_id: Number(id) };
        const change = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
        return shown((await request(change, { ...where, body })).data);
      }),
    foldComments: (issue, marker, but) =>
      access({ issues: 'write' }, async (github) => {
        const all = await ownComments(github, issue, marker);
        const older = all.filter(({ id, minimized }) => String(id) !== but && minimized == null);
        for (const { node_id: id } of older) {
          await mutate(
            github,
            "an older comment can't be folded away",
            `mutation ($id: ID!) {
              minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) {
                minimizedComment { isMinimized }
              }
            }`,
            { id },
          );
        }
      }),
  } satisfies Partial<Forge>;
}

async function ownComments({ request, at, ours }: RepositoryClient, issue: string, marker: string) {
  const where = { ...at, issue_number: issueNumber(issue) };
  const all = await listAll((page) => request(`GET ${route}`, { ...where, ...page }));
  const marked = all.filter(({ body }) => body?.includes(marker));
  if (marked.length === 0) return [];
  const isOurs = await ours();
  return marked.filter(({ user }) => isOurs(user));
}

function shown({ id, html_url: url }: { id: number | bigint; html_url: string }): PostedComment {
  return { id: String(id), url };
}
