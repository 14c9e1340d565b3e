import * as z from 'zod';
import {
  type Call,
  numberParam,
  page,
  parseBody,
  type Reply,
  type Route,
  repoPath,
} from '../api.ts';
import { emit } from '../emit.ts';
import { ApiError, notFound } from '../errors.ts';
import { objectType, resolveCommit } from '../git/objects.ts';
import type { CheckRun } from '../model.ts';
import { shapeCheckRun } from '../present/check-run.ts';
import { timestamp } from '../world.ts';

const conclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'timed_out',
] as const;
const fields = {
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z.enum(conclusions).optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: z
    .object({
      title: z.string(),
      summary: z.string().max(65_535),
      text: z.string().max(65_535).optional(),
    })
    .optional(),
};
const createSchema = z.object({ name: z.string().min(1), head_sha: z.string(), ...fields });
const changeSchema = z.object({ name: z.string().min(1).optional(), ...fields });

async function createCheckRun(call: Call): Promise<Reply> {
  const { world, repository } = call;
  const wanted = parseBody(createSchema, call.body);
  if ((await objectType(world.gitOf(repository), wanted.head_sha)) !== 'commit') {
    throw new ApiError(422, `No commit found for SHA: ${wanted.head_sha}`);
  }
  const run: CheckRun = {
    id: world.store.nextId(),
    name: wanted.name,
    headSha: wanted.head_sha,
    startedAt: wanted.started_at ?? timestamp(world),
    status: 'queued',
    conclusion: null,
    completedAt: null,
    externalId: '',
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
  };
  apply(call, run, wanted);
  repository.checkRuns.push(run);
  return answer(call, run, 'created', 201);
}

function changeCheckRun(call: Call): Reply {
  const id = numberParam(call, 'id');
  const run = call.repository.checkRuns.find((each) => each.id === id);
  if (!run) throw notFound();
  apply(call, run, parseBody(changeSchema, call.body));
  return answer(call, run, run.status === 'completed' ? 'completed' : undefined, 200);
}

/** A conclusion completes the run, and a completed run has one. */
function apply({ world }: Call, run: CheckRun, wanted: z.infer<typeof changeSchema>): void {
  const status = wanted.conclusion === undefined ? wanted.status : 'completed';
  if (status === 'completed' && wanted.conclusion === undefined && run.conclusion === null) {
    throw new ApiError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  }
  run.status = status ?? run.status;
  run.externalId = wanted.external_id ?? run.externalId;
  run.detailsUrl = wanted.details_url ?? run.detailsUrl;
  if (wanted.output) run.output = { ...wanted.output, text: wanted.output.text ?? null };
  if (run.status === 'completed') {
    run.conclusion = wanted.conclusion ?? run.conclusion;
    run.completedAt = wanted.completed_at ?? run.completedAt ?? timestamp(world);
  } else {
    run.conclusion = null;
    run.completedAt = null;
  }
}

function answer(call: Call, run: CheckRun, action: string | undefined, status: number): Reply {
  const body = shapeCheckRun(call.world, call.repository, run);
  if (action !== undefined) emit(call, 'check_run', { action, check_run: body });
  return { status, body };
}

async function listCheckRuns(call: Call): Promise<Reply> {
  const { world, repository, query } = call;
  const name = call.params.ref ?? '';
  const sha = await resolveCommit(world.gitOf(repository), name);
  if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${name}`);
  const all = repository.checkRuns
    .filter((run) => run.headSha === sha)
    .filter((run) => !query.has('check_name') || run.name === query.get('check_name'))
    .filter((run) => !query.has('status') || run.status === query.get('status'))
    .reverse();
  const latest = all.filter((run, n) => all.findIndex((each) => each.name === run.name) === n);
  const found = query.get('filter') === 'all' ? all : latest;
  const path = repoPath(repository, `/commits/${encodeURIComponent(name)}/check-runs`);
  const { items, headers } = page(call, path, found);
  const check_runs = (items as CheckRun[]).map((run) => shapeCheckRun(world, repository, run));
  return { status: 200, body: { total_count: found.length, check_runs }, headers };
}

const read = { resource: 'checks', level: 'read', role: 'read' } as const;
const write = { resource: 'checks', level: 'write', role: 'write' } as const;

/** Check runs: only an App writes them. */
export const checkRoutes: readonly Route[] = [
  { method: 'POST', path: '/check-runs', need: write, handle: createCheckRun },
  { method: 'PATCH', path: '/check-runs/:id', need: write, handle: changeCheckRun },
  { method: 'GET', path: '/commits/:ref/check-runs', need: read, handle: listCheckRuns },
];
