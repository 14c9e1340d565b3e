import { repoPath } from '../api.ts';
import type { CommitInfo } from '../git/objects.ts';
import type { Repository } from '../model.ts';
import type { World } from '../world.ts';
import { nodeId } from './account.ts';

/** A commit of the Git Data API. Commits that the forge itself made for the App are verified. */
export function shapeGitCommit(world: World, repository: Repository, commit: CommitInfo) {
  const api = `${world.urls.api}${repoPath(repository)}`;
  const page = `${world.urls.root}/${repository.owner}/${repository.name}`;
  const verified = repository.verified.includes(commit.sha);
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
    verification: {
      verified,
      reason: verified ? 'valid' : 'unsigned',
      signature: verified ? '-----BEGIN PGP SIGNATURE-----\n\n(playground)\n' : null,
      payload: verified ? `tree ${commit.tree}\n` : null,
      verified_at: verified ? commit.committer.date : null,
    },
  };
}

/** A commit as lists of commits and branches show it. Whose accounts its people have is not known. */
export function shapeCommit(world: World, repository: Repository, commit: CommitInfo) {
  const { sha, node_id, url, html_url, parents, ...details } = shapeGitCommit(
    world,
    repository,
    commit,
  );
  return {
    sha,
    node_id,
    url,
    html_url,
    parents,
    commit: { ...details, url, comment_count: 0 },
    comments_url: `${world.urls.api}${repoPath(repository)}/commits/${sha}/comments`,
    author: null,
    committer: null,
  };
}
