import * as z from 'zod';
import { type Call, listReply, parseBody, type Reply, type Route } from '../api.ts';
import { ApiError, invalid, notFound } from '../errors.ts';
import { diffOf } from '../git/diff.ts';
import { commitsAhead, tryMerge } from '../git/merge.ts';
import { branchHead } from '../git/objects.ts';
import { asPull, emitIssue, setState } from '../issue-changes.ts';
import type { PullIssue } from '../model.ts';
import { nodeId } from '../present/account.ts';
import { shapeFile, shapeFullPull, shapePull } from '../present/pull.ts';
import { publishHead, sizeOf } from '../pull-changes.ts';
import { timestamp } from '../world.ts';
import { changeText, issueOf, nextNumber } from './issues.ts';

const createSchema = z.object({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().max(65_536).nullish(),
  draft: z.boolean().default(false),
});
const changeSchema = z.object({
  title: z.string().min(1).optional(),
  body: z.string().max(65_536).nullish(),
  state: z.enum(['open', 'closed']).optional(),
});

/** The pull request that the path names. */
export function pullOf(call: Call): PullIssue {
  const pull = asPull(issueOf(call));
  if (!pull) throw notFound();
  return pull;
}

/** The pull request as GitHub shows one alone. */
async function fullPull({ world, repository, actor }: Call, issue: PullIssue) {
  const git = world.gitOf(repository);
  const { baseSha, headSha } = issue.pull;
  // After the merge the base holds the head, and nothing would be left to count.
  if (!issue.pull.merged) issue.pull.size = await sizeOf({ world, repository, actor }, issue.pull);
  return shapeFullPull(world, repository, issue, await tryMerge(git, baseSha, headSha));
}

async function createPull(call: Call): Promise<Reply> {
  const { world, repository, actor } = call;
  const wanted = parseBody(createSchema, call.body);
  const { head, base, headSha, baseSha } = await checkedEnds(call, wanted);
  if (wanted.draft && !repository.drafts) {
    throw new ApiError(422, 'Draft pull requests are not supported in this repository.');
  }
  const at = timestamp(world);
  const id = world.store.nextId();
  const pull = { nodeId: nodeId('PR', id), headRef: head, headSha, baseRef: base, baseSha };
  const issue: PullIssue = {
    id,
    number: nextNumber(call),
    author: actor.login,
    createdAt: at,
    updatedAt: at,
    title: wanted.title,
    body: wanted.body ?? null,
    state: 'open',
    stateReason: null,
    labels: [],
    assignees: [],
    comments: [],
    events: [],
    pull: { ...pull, draft: wanted.draft, reviews: [], size: await sizeOf(call, pull) },
  };
  repository.issues.push(issue);
  await publishHead(call, issue);
  emitIssue(call, issue, 'opened');
  return { status: 201, body: await fullPull(call, issue) };
}

/** Head and base of a new pull request, with their commits. Throws GitHub's refusals. */
async function checkedEnds(call: Call, wanted: { head: string; base: string }) {
  const { repository } = call;
  const git = call.world.gitOf(repository);
  const { base } = wanted;
  const head = wanted.head.replace(/^[^:]*:/, '');
  const owner = wanted.head.includes(':') ? wanted.head.split(':')[0] : repository.owner;
  const headSha = owner === repository.owner ? await branchHead(git, head) : undefined;
  const baseSha = await branchHead(git, base);
  const refuse = (field: string) => invalid({ resource: 'PullRequest', field, code: 'invalid' });
  if (headSha === undefined) throw refuse('head');
  if (baseSha === undefined) throw refuse('base');
  const custom = (message: string) => invalid({ resource: 'PullRequest', code: 'custom', message });
  const isOpen = repository.issues.some(
    (each) => each.state === 'open' && each.pull?.headRef === head && each.pull.baseRef === base,
  );
  if (isOpen) throw custom(`A pull request already exists for ${repository.owner}:${head}.`);
  if ((await commitsAhead(git, baseSha, headSha)) === 0) {
    throw custom(`No commits between ${base} and ${head}`);
  }
  return { head, base, headSha, baseSha };
}

async function changePull(call: Call): Promise<Reply> {
  const issue = pullOf(call);
  const wanted = parseBody(changeSchema, call.body);
  if (wanted.state === 'open' && issue.pull.merged) {
    throw invalid({ resource: 'PullRequest', code: 'invalid', field: 'state' });
  }
  changeText(call, issue, wanted);
  if (wanted.state) setState(call, issue, wanted.state);
  return { status: 200, body: await fullPull(call, issue) };
}

function listPulls(call: Call): Reply {
  const { world, repository, query } = call;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  const found = repository.issues
    .map(asPull)
    .filter((issue) => issue !== undefined)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter(({ pull }) => head === null || head === `${repository.owner}:${pull.headRef}`)
    .filter(({ pull }) => base === null || base === pull.baseRef)
    .sort((a, b) => sign * (a.number - b.number));
  return listReply(call, '/pulls', found, (issue) => shapePull(world, repository, issue));
}

async function listFiles(call: Call): Promise<Reply> {
  const { world, repository } = call;
  const issue = pullOf(call);
  const { baseSha, headSha } = issue.pull;
  const files = await diffOf(world.gitOf(repository), baseSha, headSha);
  return listReply(call, `/pulls/${issue.number}/files`, files, (file) =>
    shapeFile(world, repository, headSha, file),
  );
}

const read = { resource: 'pull_requests', level: 'read', role: 'read' } as const;
const write = { resource: 'pull_requests', level: 'write', role: 'write' } as const;

/** Pull requests within one repository. */
export const pullRoutes: readonly Route[] = [
  { method: 'GET', path: '/pulls', need: read, handle: listPulls },
  { method: 'POST', path: '/pulls', need: write, handle: createPull },
  {
    method: 'GET',
    path: '/pulls/:number',
    need: read,
    handle: async (call) => ({ status: 200, body: await fullPull(call, pullOf(call)) }),
  },
  { method: 'PATCH', path: '/pulls/:number', need: write, handle: changePull },
  { method: 'GET', path: '/pulls/:number/files', need: read, handle: listFiles },
];
