import * as z from 'zod';
import { type Call, parseBody, type Reply, type Route, repoPath } from '../api.ts';
import { ApiError, notFound } from '../errors.ts';
import { objectType, resolveCommit } from '../git/objects.ts';
import type { CommitStatus } from '../model.ts';
import { nodeId, shapeLogin } from '../present/account.ts';
import { shapeRepository } from '../present/repository.ts';
import { timestamp } from '../world.ts';

const states = ['error', 'failure', 'pending', 'success'] as const;
const statusSchema = z.object({
  state: z.enum(states),
  target_url: z.string().nullish(),
  description: z.string().max(140).nullish(),
  context: z.string().min(1).default('default'),
});

async function createStatus(call: Call): Promise<Reply> {
  const { world, repository, actor, params } = call;
  const sha = params.sha ?? '';
  const { state, context, description, target_url } = parseBody(statusSchema, call.body);
  if ((await objectType(world.gitOf(repository), sha)) !== 'commit') {
    throw new ApiError(422, `No commit found for SHA: ${sha}`);
  }
  const status: CommitStatus = {
    ...{ id: world.store.nextId(), sha, state, context, creator: actor.login },
    ...{ description: description ?? null, targetUrl: target_url ?? null },
    createdAt: timestamp(world),
  };
  repository.statuses ??= [];
  repository.statuses.push(status);
  const creator = shapeLogin(world, status.creator);
  return { status: 201, body: { ...shape(call, status), creator } };
}

/** The newest status of each context, and what they come to together. */
async function combinedStatus(call: Call): Promise<Reply> {
  const { world, repository, params } = call;
  const sha = await resolveCommit(world.gitOf(repository), params.ref ?? '');
  if (sha === undefined) throw notFound();
  const all = (repository.statuses ?? []).filter((one) => one.sha === sha).reverse();
  const newest = all.filter((one, n) => all.findIndex((o) => o.context === one.context) === n);
  const has = (...wanted: string[]) => newest.some(({ state }) => wanted.includes(state));
  const failed = has('error', 'failure');
  const state = failed ? 'failure' : newest.length > 0 && !has('pending') ? 'success' : 'pending';
  const statuses = newest.map((one) => shape(call, one));
  const commit_url = `${world.urls.api}${repoPath(repository)}/commits/${sha}`;
  const about = { repository: shapeRepository(world, repository), commit_url };
  const told = { state, sha, total_count: newest.length, statuses, ...about };
  return { status: 200, body: { ...told, url: `${commit_url}/status` } };
}

function shape({ world, repository }: Call, status: CommitStatus) {
  const { id, sha, state, context, description, targetUrl, creator, createdAt } = status;
  const { avatar_url } = shapeLogin(world, creator);
  return {
    ...{ id, node_id: nodeId('SC', id), avatar_url },
    ...{ state, context, description, target_url: targetUrl },
    url: `${world.urls.api}${repoPath(repository)}/statuses/${sha}`,
    ...{ created_at: createdAt, updated_at: createdAt },
  };
}

const read = { resource: 'statuses', level: 'read', role: 'read' } as const;
const write = { resource: 'statuses', level: 'write', role: 'write' } as const;

/** Statuses of commits: what a person's token can set in place of a check run. */
export const statusRoutes: readonly Route[] = [
  { method: 'POST', path: '/statuses/:sha', need: write, handle: createStatus },
  { method: 'GET', path: '/commits/:ref/status', need: read, handle: combinedStatus },
];
