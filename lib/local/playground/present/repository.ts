import { repoPath } from '../api.ts';
import type { Installation, Repository } from '../model.ts';
import type { Permissions } from '../principal.ts';
import { clientIdOf } from '../tokens.ts';
import { timestamp, type World } from '../world.ts';
import { nodeId, shapeLogin } from './account.ts';
import { repositoryUrls } from './repository-urls.ts';

/** A repository as it is in lists and webhooks. */
export function shapeRepository(world: World, repository: Repository) {
  const { owner, name } = repository;
  const page = `${world.urls.root}/${owner}/${name}`;
  const open = repository.issues.filter((issue) => issue.state === 'open').length;
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name,
    full_name: `${owner}/${name}`,
    private: repository.private,
    owner: shapeLogin(world, owner),
    html_url: page,
    description: repository.description,
    fork: false,
    ...repositoryUrls(`${world.urls.api}${repoPath(repository)}`),
    clone_url: `${page}.git`,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    default_branch: repository.defaultBranch,
    visibility: repository.private ? 'private' : 'public',
    ...features,
    ...counts(open),
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    pushed_at: repository.createdAt,
  };
}

/** What repositories of the playground have, all alike. */
const features = {
  archived: false,
  disabled: false,
  has_issues: true,
  has_projects: false,
  has_wiki: false,
  has_pages: false,
  has_downloads: false,
  has_discussions: false,
  is_template: false,
  allow_forking: false,
  web_commit_signoff_required: false,
  topics: [],
  language: null,
  license: null,
};

/** Nobody watches, forks or stars here. */
const counts = (open: number) => ({
  forks: 0,
  forks_count: 0,
  open_issues: open,
  open_issues_count: open,
  size: 0,
  stargazers_count: 0,
  watchers: 0,
  watchers_count: 0,
});

/** A repository with its rules for merging. */
export function shapeFullRepository(world: World, repository: Repository) {
  return {
    ...shapeRepository(world, repository),
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: false,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    network_count: 0,
    subscribers_count: 0,
  };
}

/** The App. */
export function shapeApp(world: World, permissions: Permissions) {
  const { app } = world;
  return {
    id: app.id,
    client_id: clientIdOf(app),
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: shapeLogin(world, app.owner),
    name: app.slug,
    description: null,
    external_url: world.urls.root,
    html_url: `${world.urls.root}/apps/${app.slug}`,
    created_at: timestamp(world),
    updated_at: timestamp(world),
    permissions,
    events: ['issues', 'issue_comment', 'pull_request', 'pull_request_review', 'check_run'],
  };
}

/** The App's installation on an owner's account. */
export function shapeInstallation(
  world: World,
  installation: Installation,
  permissions: Permissions,
) {
  const { app, urls } = world;
  const account = shapeLogin(world, installation.owner);
  return {
    id: installation.id,
    account,
    repository_selection: 'all',
    access_tokens_url: `${urls.api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${urls.api}/installation/repositories`,
    html_url: `${urls.root}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions,
    events: ['issues', 'issue_comment', 'pull_request', 'pull_request_review', 'check_run'],
    created_at: timestamp(world),
    updated_at: timestamp(world),
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}
