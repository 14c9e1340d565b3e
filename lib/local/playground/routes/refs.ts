import * as z from 'zod';
import { type Call, parseBody, type Reply, type Route, repoPath } from '../api.ts';
import { ApiError, notFound } from '../errors.ts';
import { isAncestor, moveRef, objectType, refTarget } from '../git/objects.ts';
import { nodeId } from '../present/account.ts';
import { followBranches } from '../pull-changes.ts';

const createSchema = z.object({ ref: z.string(), sha: z.string() });
const moveSchema = z.object({ sha: z.string(), force: z.boolean().default(false) });

function shapeRef({ world, repository }: Call, ref: string, sha: string) {
  const api = `${world.urls.api}${repoPath(repository)}/git`;
  return {
    ref,
    node_id: nodeId('REF', `${repository.id}:${ref}`),
    url: `${api}/${ref}`,
    object: { sha, type: 'commit', url: `${api}/commits/${sha}` },
  };
}

const writable = /^refs\/(heads|tags)\/./;

/** The reference that the path names. What the forge keeps for itself does not exist to writers. */
function writableRef(call: Call): string {
  const ref = `refs/${call.params.ref}`;
  if (!writable.test(ref)) throw new ApiError(422, 'Reference does not exist');
  return ref;
}

async function createRef(call: Call): Promise<Reply> {
  const git = call.world.gitOf(call.repository);
  const { ref, sha } = parseBody(createSchema, call.body);
  const valid = (await git.run(['check-ref-format', ref])).code === 0;
  if (!valid || !writable.test(ref)) {
    throw new ApiError(422, `Reference name '${ref}' is not valid`);
  }
  if ((await objectType(git, sha)) !== 'commit') throw new ApiError(422, 'Object does not exist');
  if ((await refTarget(git, ref)) !== undefined) {
    throw new ApiError(422, 'Reference already exists');
  }
  // What is left to fail is a name that another branch's name stands in the way of.
  if (!(await moveRef(git, ref, sha, undefined))) {
    throw new ApiError(422, 'Reference update failed');
  }
  await followBranches(call);
  return { status: 201, body: shapeRef(call, ref, sha) };
}

async function changeRef(call: Call): Promise<Reply> {
  const git = call.world.gitOf(call.repository);
  const ref = writableRef(call);
  const { sha, force } = parseBody(moveSchema, call.body);
  const from = await refTarget(git, ref);
  if (from === undefined) throw new ApiError(422, 'Reference does not exist');
  if ((await objectType(git, sha)) !== 'commit') throw new ApiError(422, 'Object does not exist');
  if (!force && !(await isAncestor(git, from, sha))) {
    throw new ApiError(422, 'Update is not a fast forward');
  }
  if (!(await moveRef(git, ref, sha, from))) throw new ApiError(409, 'Reference cannot be updated');
  await followBranches(call);
  return { status: 200, body: shapeRef(call, ref, sha) };
}

async function getRef(call: Call): Promise<Reply> {
  const ref = `refs/${call.params.ref}`;
  const sha = await refTarget(call.world.gitOf(call.repository), ref);
  if (sha === undefined) throw notFound();
  return { status: 200, body: shapeRef(call, ref, sha) };
}

async function deleteRef(call: Call): Promise<Reply> {
  const git = call.world.gitOf(call.repository);
  const ref = writableRef(call);
  const from = await refTarget(git, ref);
  if (from === undefined) throw new ApiError(422, 'Reference does not exist');
  await git.text(['update-ref', '-d', ref, from]);
  await followBranches(call);
  return { status: 204 };
}

const read = { resource: 'contents', level: 'read', role: 'read' } as const;
const write = { resource: 'contents', level: 'write', role: 'write' } as const;

/** Branches and tags as references; a client may percent-encode the slashes within the name. */
export const refRoutes: readonly Route[] = [
  { method: 'GET', path: '/git/ref/*ref', need: read, handle: getRef },
  { method: 'POST', path: '/git/refs', need: write, handle: createRef },
  { method: 'PATCH', path: '/git/refs/*ref', need: write, handle: changeRef },
  { method: 'DELETE', path: '/git/refs/*ref', need: write, handle: deleteRef },
];
