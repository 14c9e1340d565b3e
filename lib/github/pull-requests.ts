import { ForgeFailed } from '../domain/errors.ts';
import type { Forge, PullRequest } from '../domain/forge.ts';
import { branchPrefix } from '../domain/run.ts';
import { issueNumber, type RepositoryClient, type WithAccess } from './access.ts';
import { listAll } from './client.ts';
import { saysItCloses } from './closing-words.ts';
import { hasStatus } from './failure.ts';

/** What the routes have in common of a pull request. */
interface PullData {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly draft?: boolean;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
  readonly head: { readonly sha: string };
}

const list = 'GET /repos/{owner}/{repo}/pulls';

/** Pull requests: found, opened, described. */
export function pullRequestsOf(access: WithAccess) {
  return {
    openPullRequestsFor: (issue, ownBranch) =>
      access({ pull_requests: 'read' }, async ({ request, at }) => {
        const repository = `${at.owner}/${at.repo}`;
        const number = issueNumber(issue);
        const open = await listAll((page) => request(list, { ...at, state: 'open', ...page }));
        return open
          .filter(({ head }) => head.ref !== ownBranch || head.repo?.full_name !== repository)
          .filter(({ body }) => saysItCloses(body ?? '', repository, number))
          .map(shown);
      }),
    openAgentPullRequests: () =>
      access({ pull_requests: 'read' }, async ({ request, at }) => {
        const repository = `${at.owner}/${at.repo}`;
        const open = await listAll((page) => request(list, { ...at, state: 'open', ...page }));
        return open
          .filter(({ head }) => head.ref.startsWith(branchPrefix))
          .filter(({ head }) => head.repo?.full_name === repository)
          .map((one) => ({ ...shown(one), branch: one.head.ref }));
      }),
    findPullRequest: (branch) =>
      access({ pull_requests: 'read' }, async ({ request, at }) => {
        const head = `${at.owner}:${branch}`;
        const found = await request(list, { ...at, head, state: 'all', per_page: 100 });
        const best = found.data.find(({ state }) => state === 'open') ?? found.data[0];
        return best === undefined ? undefined : shown(best);
      }),
    createPullRequest: (request) =>
      access({ pull_requests: 'write' }, (github) => create(github, request)),
    describePullRequest: (number, body) =>
      access({ pull_requests: 'write' }, async ({ request, at }) => {
        const route = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}';
        await request(route, { ...at, pull_number: number, body });
      }),
  } satisfies Partial<Forge>;
}

/** A draft where the repository has drafts, else one that is not; the answer says which it is. */
async function create(
  { request, at }: RepositoryClient,
  { branch, ...wanted }: Parameters<Forge['createPullRequest']>[0],
): Promise<PullRequest> {
  const open = (draft: boolean) =>
    request('POST /repos/{owner}/{repo}/pulls', { ...at, ...wanted, head: branch, draft });
  try {
    return shown((await open(wanted.draft)).data);
  } catch (error) {
    const noDrafts = hasStatus(error, 422) && /draft pull requests are not/i.test(error.message);
    if (!wanted.draft || !noDrafts) throw error;
    return shown((await open(false)).data);
  }
}

/** A pull request by its number. Throws `ForgeFailed`. */
export async function readPull({ request, at }: RepositoryClient, number: number) {
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
  const { data } = await request(route, { ...at, pull_number: number });
  if (data.head.sha === '') throw new ForgeFailed(`pull request #${number} has no head`);
  return { ...shown(data), nodeId: data.node_id, mergeState: data.mergeable_state };
}

function shown(data: PullData): PullRequest {
  const merged = data.merged_at !== null;
  return {
    number: data.number,
    url: data.html_url,
    head: data.head.sha,
    draft: data.draft === true,
    state: merged ? 'merged' : data.state === 'open' ? 'open' : 'closed',
    ...(merged && data.merge_commit_sha !== null ? { mergeCommit: data.merge_commit_sha } : {}),
  };
}
