import * as z from 'zod';
import { type Call, parseBody, type Reply, type Route } from '../api.ts';
import { ApiError, notFound } from '../errors.ts';
import { objectType, readCommit, type Signature, writeCommit } from '../git/objects.ts';
import type { Account } from '../model.ts';
import { shapeGitCommit } from '../present/commit.ts';
import { timestamp, type World } from '../world.ts';

const personSchema = z.object({
  name: z.string().min(1),
  email: z.string().min(1),
  date: z.iso.datetime({ offset: true }).optional(),
});
const commitSchema = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).max(20).default([]),
  author: personSchema.optional(),
  committer: personSchema.optional(),
});

/** How an account signs its commits where it gives no name of its own. */
export function signatureOf(world: World, account: Account): Signature {
  const { hostname } = new URL(world.urls.root);
  const email = `${account.id}+${account.login}@users.noreply.${hostname}`;
  return { name: account.login, email, date: timestamp(world) };
}

/** The forge as committer of what it makes itself. */
export function forgeSignature(world: World): Signature {
  return { name: 'GitHub', email: 'noreply@github.com', date: timestamp(world) };
}

async function createCommit(call: Call): Promise<Reply> {
  const { world, repository, actor, principal } = call;
  const git = world.gitOf(repository);
  const wanted = parseBody(commitSchema, call.body);
  if ((await objectType(git, wanted.tree)) !== 'tree') {
    throw new ApiError(422, 'Tree SHA does not exist');
  }
  for (const parent of wanted.parents) {
    if ((await objectType(git, parent)) !== 'commit') {
      throw new ApiError(422, 'Parent SHA does not exist or is not a commit object');
    }
  }
  const own = signatureOf(world, actor);
  // The forge signs for an App that leaves author and committer to it.
  const signs = principal.kind === 'installation' && !wanted.author && !wanted.committer;
  const author = wanted.author ? { ...own, ...defined(wanted.author) } : own;
  const committer = wanted.committer ? { ...own, ...defined(wanted.committer) } : author;
  const { message, tree, parents } = wanted;
  const sha = await writeCommit(git, {
    ...{ message, tree, parents, author },
    committer: signs ? forgeSignature(world) : committer,
  });
  if (signs && !repository.verified.includes(sha)) repository.verified.push(sha);
  const commit = await readCommit(git, sha);
  if (!commit) throw notFound();
  return { status: 201, body: shapeGitCommit(world, repository, commit) };
}

function defined({ name, email, date }: z.infer<typeof personSchema>) {
  return date === undefined ? { name, email } : { name, email, date };
}

async function getCommit({ world, repository, params }: Call): Promise<Reply> {
  const commit = await readCommit(world.gitOf(repository), params.sha ?? '');
  if (!commit) throw notFound();
  return { status: 200, body: shapeGitCommit(world, repository, commit) };
}

const resource = 'contents';

/** Commits of the Git Data API. */
export const commitRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/git/commits',
    need: { resource, level: 'write', role: 'write' },
    handle: createCommit,
  },
  {
    method: 'GET',
    path: '/git/commits/:sha',
    need: { resource, level: 'read', role: 'read' },
    handle: getCommit,
  },
];
