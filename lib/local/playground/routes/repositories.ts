import { type Call, page, type Reply, type Route, repoPath } from '../api.ts';
import { ApiError, notFound } from '../errors.ts';
import {
  branchHead,
  readBlob,
  readCommit,
  readTree,
  resolveCommit,
  type TreeEntry,
} from '../git/objects.ts';
import { roles } from '../model.ts';
import { shapeAccount } from '../present/account.ts';
import { shapeCommit } from '../present/commit.ts';
import { shapeFullRepository } from '../present/repository.ts';
import { roleOf } from '../store.ts';

/** Larger files are named but not shown. */
const contentLimit = 1024 * 1024;

function permissionOf({ world, repository, params }: Call): Reply {
  const account = world.store.findAccount(params.login ?? '');
  if (!account) throw notFound();
  const role = roleOf(repository, account.login);
  const legacy = { maintain: 'write', triage: 'read' } as const;
  const permission = role === 'maintain' || role === 'triage' ? legacy[role] : role;
  const at = (wanted: (typeof roles)[number]) => roles.indexOf(role) >= roles.indexOf(wanted);
  const permissions = {
    admin: at('admin'),
    maintain: at('maintain'),
    push: at('write'),
    triage: at('triage'),
    pull: at('read'),
  };
  const user = { ...shapeAccount(world, account), permissions, role_name: role };
  return { status: 200, body: { permission, role_name: role, user } };
}

async function readBranch({ world, repository, params }: Call): Promise<Reply> {
  const git = world.gitOf(repository);
  const name = params.branch ?? '';
  const head = await branchHead(git, name);
  const commit = head && (await readCommit(git, head));
  if (!commit) throw new ApiError(404, 'Branch not found');
  const api = `${world.urls.api}${repoPath(repository)}`;
  const self = `${api}/branches/${encodeURIComponent(name)}`;
  return {
    status: 200,
    body: {
      name,
      commit: shapeCommit(world, repository, commit),
      _links: {
        self,
        html: `${world.urls.root}/${repository.owner}/${repository.name}/tree/${name}`,
      },
      protected: false,
      protection: { enabled: false },
      protection_url: `${self}/protection`,
    },
  };
}

async function readContents(call: Call): Promise<Reply> {
  const { world, repository, params, query } = call;
  const git = world.gitOf(repository);
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = await resolveCommit(git, ref);
  if (!commit) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const path = (params.path ?? '').replace(/^\/+|\/+$/g, '');
  const entries = await readTree(git, commit, true);
  const entry = entries.find((each) => each.path === path);
  if (entry && entry.type !== 'tree') return fileReply(call, ref, entry);
  const inside = path === '' ? '' : `${path}/`;
  const children = entries.filter(
    (each) => each.path.startsWith(inside) && !each.path.slice(inside.length).includes('/'),
  );
  if (children.length === 0) throw notFound();
  return { status: 200, body: children.map((each) => shapeEntry(call, ref, each)) };
}

async function fileReply(call: Call, ref: string, entry: TreeEntry): Promise<Reply> {
  const shaped = shapeEntry(call, ref, entry);
  if (entry.type !== 'blob') return { status: 200, body: shaped };
  const bytes = await readBlob(call.world.gitOf(call.repository), entry.sha);
  if (/application\/vnd\.github(\.v3)?\.raw/.test(call.accept)) {
    return { status: 200, body: bytes, headers: { 'Content-Type': 'application/octet-stream' } };
  }
  const target = shaped.type === 'symlink' ? { target: bytes.toString('utf8') } : {};
  const whole = bytes.length <= contentLimit;
  const content = whole ? bytes.toString('base64').replace(/.{60}/g, '$&\n') : '';
  const encoding = whole ? 'base64' : 'none';
  return { status: 200, body: { ...shaped, encoding, content, ...target } };
}

function shapeEntry({ world, repository }: Call, ref: string, entry: TreeEntry) {
  const api = `${world.urls.api}${repoPath(repository)}`;
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const page = `${world.urls.root}/${repository.owner}/${repository.name}/blob/${ref}/${path}`;
  const types: Record<string, string> = { '120000': 'symlink', '160000': 'submodule' };
  const url = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${api}/git/${entry.type}s/${entry.sha}`;
  return {
    type: entry.type === 'tree' ? 'dir' : (types[entry.mode] ?? 'file'),
    size: entry.size ?? 0,
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    url,
    git_url: git,
    html_url: page,
    download_url: null,
    _links: { self: url, git, html: page },
  };
}

async function listCommits(call: Call): Promise<Reply> {
  const { world, repository, query } = call;
  const git = world.gitOf(repository);
  const head = await resolveCommit(git, query.get('sha') ?? repository.defaultBranch);
  if (!head) throw notFound();
  const all = (await git.text(['rev-list', head])).split('\n');
  const { items, headers } = page(call, repoPath(repository, '/commits'), all);
  const body = [];
  for (const sha of items as string[]) {
    const commit = await readCommit(git, sha);
    if (commit) body.push(shapeCommit(world, repository, commit));
  }
  return { status: 200, body, headers };
}

const metadata = { resource: 'metadata', level: 'read', role: 'read' } as const;
const contents = { resource: 'contents', level: 'read', role: 'read' } as const;

/** The repository itself, its branches, its commits, its files and what people may do in it. */
export const repositoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '',
    need: metadata,
    handle: ({ world, repository }) => ({
      status: 200,
      body: shapeFullRepository(world, repository),
    }),
  },
  {
    method: 'GET',
    path: '/collaborators/:login/permission',
    need: metadata,
    handle: permissionOf,
  },
  { method: 'GET', path: '/branches/*branch', need: contents, handle: readBranch },
  { method: 'GET', path: '/commits', need: contents, handle: listCommits },
  { method: 'GET', path: '/contents', need: contents, handle: readContents },
  { method: 'GET', path: '/contents/*path', need: contents, handle: readContents },
];
