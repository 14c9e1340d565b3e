import * as z from 'zod';
import { type Call, listReply, numberParam, parseBody, type Reply, type Route } from '../api.ts';
import { emit } from '../emit.ts';
import { ApiError, notFound } from '../errors.ts';
import {
  addAssignees,
  addLabels,
  emitIssue,
  record,
  removeAssignees,
  removeLabel,
  setState,
} from '../issue-changes.ts';
import { type Comment, type Issue, roles } from '../model.ts';
import { shapeComment, shapeEvent, shapeIssue, shapeIssueOfEvent } from '../present/issue.ts';
import { roleOf } from '../store.ts';
import { timestamp } from '../world.ts';

const names = z.array(z.union([z.string(), z.object({ name: z.string() })])).max(100);
const createSchema = z.object({
  title: z.union([z.string(), z.number()]).transform(String),
  body: z.string().max(65_536).nullish(),
  labels: names.optional(),
  assignees: z.array(z.string()).max(10).optional(),
});
const changeSchema = z.object({
  title: z.string().optional(),
  body: z.string().max(65_536).nullish(),
  state: z.enum(['open', 'closed']).optional(),
  state_reason: z.enum(['completed', 'not_planned', 'reopened']).nullish(),
  labels: names.optional(),
  assignees: z.array(z.string()).max(10).optional(),
});
const commentSchema = z.object({ body: z.string().min(1).max(65_536) });

const plain = (labels: z.infer<typeof names>) =>
  labels.map((label) => (typeof label === 'string' ? label : label.name));

/** The issue or pull request that the path names. */
export function issueOf(call: Call): Issue {
  const number = numberParam(call, 'number');
  const found = call.repository.issues.find((issue) => issue.number === number);
  if (!found) throw notFound();
  return found;
}

/** True for the App and for people who may triage; others may change only what is theirs. */
function mayTriage({ principal, repository, actor }: Call): boolean {
  if (principal.kind === 'installation') return true;
  return roles.indexOf(roleOf(repository, actor.login)) >= roles.indexOf('triage');
}

/** The next number of the sequence that issues and pull requests share. */
export function nextNumber(call: Call): number {
  return call.repository.issues.reduce((last, issue) => Math.max(last, issue.number), 0) + 1;
}

function createIssue(call: Call): Reply {
  const { world, repository, actor } = call;
  const wanted = parseBody(createSchema, call.body);
  if (wanted.title.trim() === '') {
    throw new ApiError(422, 'Validation Failed', [
      { resource: 'Issue', code: 'missing_field', field: 'title' },
    ]);
  }
  const at = timestamp(world);
  const issue: Issue = {
    id: world.store.nextId(),
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
  };
  repository.issues.push(issue);
  emitIssue(call, issue, 'opened');
  // As on GitHub: labels of people who may not set them are dropped, not refused.
  if (mayTriage(call)) {
    addLabels(call, issue, plain(wanted.labels ?? []));
    addAssignees(call, issue, wanted.assignees ?? []);
  }
  return { status: 201, body: shapeIssue(world, repository, issue) };
}

function changeIssue(call: Call): Reply {
  const issue = issueOf(call);
  if (!mayTriage(call) && issue.author !== call.actor.login) {
    throw new ApiError(403, 'Must have admin rights to Repository.');
  }
  const wanted = parseBody(changeSchema, call.body);
  changeText(call, issue, wanted);
  if (wanted.labels) {
    const labels = plain(wanted.labels);
    const gone = issue.labels.filter((label) => !labels.includes(label));
    for (const label of gone) removeLabel(call, issue, label);
    addLabels(call, issue, labels);
  }
  if (wanted.assignees) {
    const gone = issue.assignees.filter((login) => !wanted.assignees?.includes(login));
    removeAssignees(call, issue, gone);
    addAssignees(call, issue, wanted.assignees);
  }
  if (wanted.state) setState(call, issue, wanted.state, wanted.state_reason ?? null);
  return { status: 200, body: shapeIssue(call.world, call.repository, issue) };
}

/** Changes title and body, and says so with what they were. */
export function changeText(
  call: Call,
  issue: Issue,
  wanted: { readonly title?: string | undefined; readonly body?: string | null | undefined },
): void {
  const changes: Record<string, { from: string }> = {};
  if (wanted.title !== undefined && wanted.title !== issue.title) {
    changes.title = { from: issue.title };
    issue.title = wanted.title;
    record(call, issue, 'renamed');
  }
  if (wanted.body !== undefined && wanted.body !== issue.body) {
    changes.body = { from: issue.body ?? '' };
    issue.body = wanted.body;
    issue.updatedAt = timestamp(call.world);
  }
  if (Object.keys(changes).length > 0) emitIssue(call, issue, 'edited', { changes });
}

function addComment(call: Call): Reply {
  const { world, repository, actor } = call;
  const issue = issueOf(call);
  const { body } = parseBody(commentSchema, call.body);
  const at = timestamp(world);
  const id = world.store.nextId();
  const comment: Comment = { id, author: actor.login, createdAt: at, updatedAt: at, body };
  issue.comments.push(comment);
  issue.updatedAt = at;
  const shaped = shapeComment(world, repository, issue, comment);
  const about = shapeIssueOfEvent(world, repository, issue);
  emit(call, 'issue_comment', { action: 'created', issue: about, comment: shaped });
  return { status: 201, body: shaped };
}

function commentOf(call: Call): { issue: Issue; comment: Comment } {
  const id = numberParam(call, 'id');
  const issue = call.repository.issues.find((each) => each.comments.some((one) => one.id === id));
  const comment = issue?.comments.find((each) => each.id === id);
  if (!issue || !comment) throw notFound();
  return { issue, comment };
}

function readComment(call: Call): Reply {
  const { issue, comment } = commentOf(call);
  return { status: 200, body: shapeComment(call.world, call.repository, issue, comment) };
}

function changeComment(call: Call): Reply {
  const { world, repository } = call;
  const { issue, comment } = commentOf(call);
  if (comment.author !== call.actor.login && call.principal.kind === 'user' && !mayTriage(call)) {
    throw new ApiError(403, 'Must have admin rights to Repository.');
  }
  const { body } = parseBody(commentSchema, call.body);
  const changes = { body: { from: comment.body } };
  comment.body = body;
  comment.updatedAt = timestamp(world);
  const shaped = shapeComment(world, repository, issue, comment);
  const about = shapeIssueOfEvent(world, repository, issue);
  emit(call, 'issue_comment', { action: 'edited', changes, issue: about, comment: shaped });
  return { status: 200, body: shaped };
}

function listIssues(call: Call): Reply {
  const { world, repository, query } = call;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((label) => label !== '');
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  const byChange = query.get('sort') === 'updated';
  const since = query.get('since') ?? '';
  const assignee = query.get('assignee') ?? undefined;
  const has = (names: readonly string[], name: string) =>
    names.some((each) => each.toLowerCase() === name.toLowerCase());
  const found = repository.issues
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => labels.every((label) => has(issue.labels, label)))
    .filter((issue) => assignee === undefined || has(issue.assignees, assignee))
    .filter((issue) => issue.updatedAt >= since)
    .sort((a, b) => sign * (a.number - b.number))
    .sort((a, b) => (byChange ? sign * a.updatedAt.localeCompare(b.updatedAt) : 0));
  return listReply(call, '/issues', found, (issue) => shapeIssue(world, repository, issue));
}

/** Of all issues and pull requests; by their ids where nothing else is asked for. */
function listComments(call: Call): Reply {
  const { world, repository, query } = call;
  const sort = query.get('sort');
  const sign = sort !== null && query.get('direction') === 'desc' ? -1 : 1;
  const since = query.get('since') ?? '';
  const found = repository.issues
    .flatMap((issue) => issue.comments.map((comment) => ({ issue, comment })))
    .filter(({ comment }) => comment.updatedAt >= since)
    .sort((a, b) => sign * (a.comment.id - b.comment.id))
    .sort((a, b) =>
      sort === 'updated' ? sign * a.comment.updatedAt.localeCompare(b.comment.updatedAt) : 0,
    );
  return listReply(call, '/issues/comments', found, ({ issue, comment }) =>
    shapeComment(world, repository, issue, comment),
  );
}

const read = { resource: 'issues', level: 'read', role: 'read', pullsToo: true } as const;
const write = { resource: 'issues', level: 'write', role: 'read', pullsToo: true } as const;

/** Issues, their comments and their events. A pull request is an issue too. */
export const issueRoutes: readonly Route[] = [
  { method: 'GET', path: '/issues', need: read, handle: listIssues },
  { method: 'POST', path: '/issues', need: write, handle: createIssue },
  // Before the one that takes any segment for a number.
  { method: 'GET', path: '/issues/comments', need: read, handle: listComments },
  {
    method: 'GET',
    path: '/issues/:number',
    need: read,
    handle: (call) => ({
      status: 200,
      body: shapeIssue(call.world, call.repository, issueOf(call)),
    }),
  },
  { method: 'PATCH', path: '/issues/:number', need: write, handle: changeIssue },
  {
    method: 'GET',
    path: '/issues/:number/comments',
    need: read,
    handle(call) {
      const { world, repository } = call;
      const issue = issueOf(call);
      return listReply(call, `/issues/${issue.number}/comments`, issue.comments, (comment) =>
        shapeComment(world, repository, issue, comment),
      );
    },
  },
  { method: 'POST', path: '/issues/:number/comments', need: write, handle: addComment },
  { method: 'GET', path: '/issues/comments/:id', need: read, handle: readComment },
  { method: 'PATCH', path: '/issues/comments/:id', need: write, handle: changeComment },
  {
    method: 'GET',
    path: '/issues/:number/events',
    need: read,
    handle(call) {
      const { world, repository } = call;
      const issue = issueOf(call);
      return listReply(call, `/issues/${issue.number}/events`, issue.events, (event) =>
        shapeEvent(world, repository, event),
      );
    },
  },
];
