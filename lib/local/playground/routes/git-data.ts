import * as z from 'zod';
import { type Call, parseBody, type Reply, type Route, repoPath } from '../api.ts';
import { ApiError, notFound } from '../errors.ts';
import {
  objectType,
  readBlob,
  readTree,
  resolveCommit,
  writeBlob,
  writeTree,
} from '../git/objects.ts';
import { nodeId } from '../present/account.ts';
import { commitRoutes } from './commits.ts';
import { refRoutes } from './refs.ts';

const blobSchema = z.object({
  content: z.string(),
  encoding: z.enum(['utf-8', 'base64']).default('utf-8'),
});
const sha = z.string().regex(/^[0-9a-f]{40}$/);
const treeSchema = z.object({
  base_tree: z.string().optional(),
  tree: z
    .array(
      z.object({
        path: z.string().min(1),
        mode: z.enum(['100644', '100755', '040000', '160000', '120000']).default('100644'),
        type: z.enum(['blob', 'tree', 'commit']).optional(),
        sha: sha.nullable().optional(),
        content: z.string().optional(),
      }),
    )
    .min(1)
    .max(100_000),
});

async function createBlob({ world, repository, body }: Call): Promise<Reply> {
  const { content, encoding } = parseBody(blobSchema, body);
  const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
  const id = await writeBlob(world.gitOf(repository), bytes);
  const url = `${world.urls.api}${repoPath(repository)}/git/blobs/${id}`;
  return { status: 201, body: { sha: id, url } };
}

async function createTree(call: Call): Promise<Reply> {
  const git = call.world.gitOf(call.repository);
  const wanted = parseBody(treeSchema, call.body);
  const base = wanted.base_tree;
  if (base !== undefined && !['tree', 'commit'].includes((await objectType(git, base)) ?? '')) {
    throw new ApiError(404, 'Not Found');
  }
  const existing = base === undefined ? [] : await readTree(git, base, true);
  const paths = new Set(existing.map((entry) => entry.path));
  const entries = [];
  for (const { path, mode, sha: given, content } of wanted.tree) {
    const id = content === undefined ? given : await writeBlob(git, Buffer.from(content));
    if (id === undefined) throw new ApiError(422, 'Must supply a valid tree.sha or tree.content');
    const missing = id === null ? !paths.has(path) : !(await fits(call, mode, id));
    if (missing) throw new ApiError(422, 'GitRPC::BadObjectState');
    entries.push({ path, mode, sha: id });
  }
  const tree = await writeTree(git, base, entries);
  return { status: 201, body: await shapeTree(call, tree, false) };
}

/** Whether an object is there and of the type that a mode asks for. */
async function fits({ world, repository }: Call, mode: string, id: string): Promise<boolean> {
  if (mode === '160000') return true;
  const type = await objectType(world.gitOf(repository), id);
  return type === (mode === '040000' ? 'tree' : 'blob');
}

async function shapeTree({ world, repository }: Call, id: string, recursive: boolean) {
  const api = `${world.urls.api}${repoPath(repository)}/git`;
  const entries = await readTree(world.gitOf(repository), id, recursive);
  return {
    sha: id,
    url: `${api}/trees/${id}`,
    truncated: false,
    tree: entries.map((entry) => ({ ...entry, url: `${api}/${entry.type}s/${entry.sha}` })),
  };
}

async function getTree(call: Call): Promise<Reply> {
  const git = call.world.gitOf(call.repository);
  const name = call.params.sha ?? '';
  const id = (await objectType(git, name)) === 'tree' ? name : await resolveCommit(git, name);
  if (id === undefined) throw notFound();
  const tree = await git.text(['rev-parse', `${id}^{tree}`]);
  return { status: 200, body: await shapeTree(call, tree, call.query.has('recursive')) };
}

async function getBlob({ world, repository, params }: Call): Promise<Reply> {
  const git = world.gitOf(repository);
  const id = params.sha ?? '';
  if ((await objectType(git, id)) !== 'blob') throw notFound();
  const bytes = await readBlob(git, id);
  const url = `${world.urls.api}${repoPath(repository)}/git/blobs/${id}`;
  const content = bytes.toString('base64').replace(/.{60}/g, '$&\n');
  const node_id = nodeId('B', id);
  const told = { sha: id, node_id, url, size: bytes.length, encoding: 'base64', content };
  return { status: 200, body: told };
}

const read = { resource: 'contents', level: 'read', role: 'read' } as const;
const write = { resource: 'contents', level: 'write', role: 'write' } as const;

/** The Git Data API. */
export const gitDataRoutes: readonly Route[] = [
  { method: 'POST', path: '/git/blobs', need: write, handle: createBlob },
  { method: 'GET', path: '/git/blobs/:sha', need: read, handle: getBlob },
  { method: 'POST', path: '/git/trees', need: write, handle: createTree },
  { method: 'GET', path: '/git/trees/*sha', need: read, handle: getTree },
  ...commitRoutes,
  ...refRoutes,
];
