import type { Forge, InlineComment } from '../domain/forge.ts';
import type { RepositoryClient, WithAccess } from './access.ts';
import { listAll } from './client.ts';
import { hasStatus } from './failure.ts';

const route = '/repos/{owner}/{repo}/pulls/{pull_number}/reviews';

/** Reviews, and the verdict as a check run. */
export function reviewsOf(access: WithAccess) {
  return {
    findReview: (number, marker) =>
      access({ pull_requests: 'read' }, async ({ request, at, ours }) => {
        const where = { ...at, pull_number: number };
        const all = await listAll((page) => request(`GET ${route}`, { ...where, ...page }));
        const isOurs = await ours();
        const found = all.find(({ user, body }) => isOurs(user) && body.includes(marker));
        return found === undefined ? undefined : { url: found.html_url };
      }),
    review: (wanted) => access({ pull_requests: 'write' }, (github) => review(github, wanted)),
    checkRun: (wanted) =>
      access({ checks: 'write' }, async (github) => {
        try {
          return await checkRun(github, wanted);
        } catch (error) {
          // Only an App writes check runs; a person's token can set a status.
          if (github.app || !hasStatus(error, 403)) throw error;
          return status(github, wanted);
        }
      }),
  } satisfies Partial<Forge>;
}

async function review(
  { request, at }: RepositoryClient,
  { number, commit, body, comments }: Parameters<Forge['review']>[0],
): Promise<{ url: string }> {
  const where = { ...at, pull_number: number, commit_id: commit, event: 'COMMENT' as const };
  const post = async (inline: readonly InlineComment[]) => {
    const others = comments.filter((one) => !inline.includes(one));
    const listed = others.map((one) => `**\`${one.path}\`, line ${one.line}**\n\n${one.body}`);
    const text = [body, ...listed].join('\n\n---\n\n');
    const placed = inline.map((one) => ({ ...one, side: 'RIGHT' }));
    const { data } = await request(`POST ${route}`, { ...where, body: text, comments: placed });
    return { url: data.html_url };
  };
  const inDiff = comments.length === 0 ? () => false : await linesShown({ request, at }, number);
  const placed = comments.filter(inDiff);
  try {
    return await post(placed);
  } catch (error) {
    // GitHub refuses the whole review for one line that it does not find in the diff.
    if (placed.length === 0 || !hasStatus(error, 422)) throw error;
    return post([]);
  }
}

/** Tells whether a comment's line is one that the pull request's diff shows. */
async function linesShown(
  { request, at }: Pick<RepositoryClient, 'request' | 'at'>,
  number: number,
) {
  const list = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files';
  const files = await listAll((page) => request(list, { ...at, pull_number: number, ...page }));
  const shown = new Map(files.map((file) => [file.filename, rangesOf(file.patch ?? '')]));
  return ({ path, line }: InlineComment) =>
    shown.get(path)?.some(([from, to]) => from <= line && line <= to) ?? false;
}

/** The lines of the new file that a patch's hunks show, both ends included. */
function rangesOf(patch: string): (readonly [number, number])[] {
  return [...patch.matchAll(/^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/gm)].map(([, from, count]) => [
    Number(from),
    Number(from) + Number(count ?? 1) - 1,
  ]);
}

async function checkRun(
  { request, at, app, slug }: RepositoryClient,
  wanted: Parameters<Forge['checkRun']>[0],
): Promise<{ url: string }> {
  const { commit, name, conclusion, title, summary } = wanted;
  const listed = await request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
    ...at,
    ref: commit,
    check_name: name,
    per_page: 100,
  });
  const state =
    conclusion === undefined
      ? { status: 'in_progress' as const }
      : { status: 'completed' as const, conclusion };
  const said = { ...state, output: { title, summary } };
  // An App may not change another's, whatever its name. A token that is no App's writes some as GitHub Actions alone.
  const own = app ? slug : 'github-actions';
  const found = listed.data.check_runs.find((run) => own === undefined || run.app?.slug === own);
  const { data } =
    found === undefined
      ? await request('POST /repos/{owner}/{repo}/check-runs', {
          ...at,
          name,
          head_sha: commit,
          ...said,
        })
      : await request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
          ...at,
          check_run_id: found.id,
          ...said,
        });
  return { url: data.html_url ?? data.url };
}

async function status(
  { request, at }: RepositoryClient,
  { commit, name, conclusion, title }: Parameters<Forge['checkRun']>[0],
): Promise<{ url: string }> {
  const { data } = await request('POST /repos/{owner}/{repo}/statuses/{sha}', {
    ...at,
    sha: commit,
    context: name,
    state: conclusion === undefined ? 'pending' : conclusion === 'failure' ? conclusion : 'success',
    description: title.slice(0, 140),
  });
  return { url: data.url };
}
