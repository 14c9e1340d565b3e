import { ForgeFailed } from '../domain/errors.ts';
import type { Forge } from '../domain/forge.ts';
import { issueNumber, type WithAccess } from './access.ts';
import { listAll } from './client.ts';
import { hasStatus } from './failure.ts';

/** Comments beyond this many pages of 100 are not shown to a role. */
const pagesRead = 3;

/** Issues and their labels. */
export function issuesOf(access: WithAccess) {
  return {
    isPrivate: () =>
      access({ metadata: 'read' }, async ({ request, at }) => {
        const { data } = await request('GET /repos/{owner}/{repo}', at);
        return data.private;
      }),
    readIssue: (issue) =>
      access({ issues: 'read' }, async ({ request, at }) => {
        const where = { ...at, issue_number: issueNumber(issue) };
        const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}', where);
        if (data.pull_request !== undefined) {
          throw new ForgeFailed(`#${issue} is a pull request, not an issue`);
        }
        const comments = await listAll(
          (page) =>
            request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
              ...where,
              ...page,
            }),
          pagesRead,
        );
        return {
          key: issue,
          title: data.title,
          body: data.body ?? '',
          author: data.user?.login ?? 'ghost',
          labels: data.labels.map(nameOf),
          state: data.state === 'closed' ? 'closed' : 'open',
          url: data.html_url,
          comments: comments.map(({ user, body }) => ({
            author: user?.login ?? 'ghost',
            body: body ?? '',
          })),
        };
      }),
    label: (issue, add, remove) =>
      access({ issues: 'write' }, async ({ request, at }) => {
        const where = { ...at, issue_number: issueNumber(issue) };
        if (add.length > 0) {
          const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
          await request(route, { ...where, labels: [...add] });
        }
        const present = await request('GET /repos/{owner}/{repo}/issues/{issue_number}', where);
        const names = present.data.labels.map(nameOf);
        for (const name of remove.filter((one) => names.includes(one))) {
          const route = 'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}';
          await request(route, { ...where, name }).catch((error) => {
            if (!hasStatus(error, 404)) throw error;
          });
        }
      }),
  } satisfies Partial<Forge>;
}

function nameOf(label: string | { readonly name?: string }): string {
  return typeof label === 'string' ? label : (label.name ?? '');
}
