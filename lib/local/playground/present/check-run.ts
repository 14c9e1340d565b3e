import { appPermissions } from '../access.ts';
import { repoPath } from '../api.ts';
import type { CheckRun, Repository } from '../model.ts';
import type { World } from '../world.ts';
import { nodeId } from './account.ts';
import { shapeApp } from './repository.ts';

/** A check run, with the open pull requests whose head it is about. */
export function shapeCheckRun(world: World, repository: Repository, run: CheckRun) {
  const url = `${world.urls.api}${repoPath(repository)}/check-runs/${run.id}`;
  const page = `${world.urls.root}/${repository.owner}/${repository.name}/runs/${run.id}`;
  const repo = {
    id: repository.id,
    url: `${world.urls.api}${repoPath(repository)}`,
    name: repository.name,
  };
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CR', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: run.id },
    app: shapeApp(world, appPermissions),
    pull_requests: repository.issues
      .filter((issue) => issue.state === 'open' && issue.pull?.headSha === run.headSha)
      .map((issue) => ({
        id: issue.id,
        number: issue.number,
        url: `${world.urls.api}${repoPath(repository)}/pulls/${issue.number}`,
        head: { ref: issue.pull?.headRef, sha: run.headSha, repo },
        base: { ref: issue.pull?.baseRef, sha: issue.pull?.baseSha, repo },
      })),
  };
}
