import { ForgeFailed } from '../domain/errors.ts';
import type { CommitReceipt, CommitRequest, Forge, Identity } from '../domain/forge.ts';
import type { RepositoryClient, WithAccess } from './access.ts';
import { underRules } from './branch-rules.ts';
import { hasStatus } from './failure.ts';

/** Branches and commits, by the Git Data API: GitHub signs a commit that names no author of its own. */
export function commitsOf(access: WithAccess) {
  return {
    findBranch: (branch) => access({ contents: 'read' }, (github) => findBranch(github, branch)),
    commit: (request) =>
      access({ contents: 'write' }, (github) =>
        underRules({ branch: request.branch }, () => commit(github, request)),
      ),
    identity: () => access({ metadata: 'read' }, identity),
  } satisfies Partial<Forge>;
}

async function findBranch(
  { request, at }: RepositoryClient,
  branch: string,
): Promise<CommitReceipt | undefined> {
  try {
    // As a reserved expansion the branch's slashes stay slashes.
    const ref = await request('GET /repos/{owner}/{repo}/git/ref/heads/{+branch}', {
      ...at,
      branch,
    });
    const head = ref.data.object.sha as string;
    return { commit: head, tree: await treeOf({ request, at }, head) };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

async function commit(github: RepositoryClient, wanted: CommitRequest): Promise<CommitReceipt> {
  const { request, at } = github;
  const present = await findBranch(github, wanted.branch);
  if (present !== undefined && present.commit !== wanted.parent) {
    const text = `branch ${wanted.branch} has moved to ${present.commit}; not a fast-forward`;
    throw new ForgeFailed(text, { status: 422 });
  }
  const tree = await writeTree(github, wanted);
  const sha = await writeCommit(github, wanted, tree);
  if (present === undefined) {
    const ref = `refs/heads/${wanted.branch}`;
    await request('POST /repos/{owner}/{repo}/git/refs', { ...at, ref, sha });
  } else {
    const route = 'PATCH /repos/{owner}/{repo}/git/refs/heads/{+branch}';
    await request(route, { ...at, branch: wanted.branch, sha, force: false });
  }
  return { commit: sha, tree };
}

async function identity({ request, slug, site }: RepositoryClient): Promise<Identity> {
  const user =
    slug === undefined
      ? (await request('GET /user')).data
      : (await request('GET /users/{username}', { username: `${slug}[bot]` })).data;
  const { login, id } = user;
  const own = slug === undefined ? user.email : undefined;
  const host = new URL(site).hostname;
  return {
    name: (slug === undefined ? user.name : undefined) || login,
    email: own || `${id}+${login}@users.noreply.${host}`,
  };
}

/** GitHub signs what the App commits, but only where no author is given: one is where a sign-off must fit. */
async function writeCommit(
  { request, at }: RepositoryClient,
  { message, parent, merges, signer }: CommitRequest,
  tree: string,
): Promise<string> {
  const parents = [parent, ...(merges === undefined ? [] : [merges])];
  const route = 'POST /repos/{owner}/{repo}/git/commits';
  const { data } = await request(route, { ...at, message, tree, parents });
  const fits = ({ name, email }: Identity) =>
    data.author.name === name && data.author.email === email;
  if (signer === undefined || fits(signer)) return data.sha;
  return (await request(route, { ...at, message, tree, parents, author: signer })).data.sha;
}

/** One after another: GitHub limits writes that come all at once. */
async function writeTree(github: RepositoryClient, wanted: CommitRequest): Promise<string> {
  const { request, at } = github;
  const entries = [];
  for (const { path, mode, content } of wanted.files) {
    const blob = { ...at, content: content ?? '', encoding: 'base64' };
    const sha =
      content === null
        ? null
        : (await request('POST /repos/{owner}/{repo}/git/blobs', blob)).data.sha;
    entries.push({ path, mode, type: 'blob' as const, sha });
  }
  const base_tree = await treeOf(github, wanted.base);
  const made = await request('POST /repos/{owner}/{repo}/git/trees', {
    ...at,
    base_tree,
    tree: entries,
  });
  return made.data.sha;
}

async function treeOf(
  { request, at }: Pick<RepositoryClient, 'request' | 'at'>,
  commit_sha: string,
): Promise<string> {
  const route = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}';
  return (await request(route, { ...at, commit_sha })).data.tree.sha;
}
