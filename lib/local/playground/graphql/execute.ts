import * as z from 'zod';
import { authorize } from '../access.ts';
import type { Reply } from '../api.ts';
import { ApiError } from '../errors.ts';
import { asPull } from '../issue-changes.ts';
import type { PullIssue, Repository } from '../model.ts';
import { pageOf } from '../present/issue.ts';
import { setDraft } from '../pull-changes.ts';
import type { World } from '../world.ts';
import { minimizeComment } from './minimize.ts';
import { type Caller, QueryError, select, unresolved } from './mutation.ts';
import { type Field, GraphqlSyntaxError, parseGraphql } from './parse.ts';

const requestSchema = z.object({
  query: z.string().max(100_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});
const inputSchema = z.object({ pullRequestId: z.string(), clientMutationId: z.string().nullish() });
const drafts: Record<string, boolean> = {
  markPullRequestReadyForReview: false,
  convertPullRequestToDraft: true,
};

/** Answers a GraphQL request: the mutations that REST has no way for. */
export function executeGraphql(caller: Caller, body: unknown): Reply {
  if (caller.principal.kind === 'anonymous') {
    throw new ApiError(401, 'This endpoint requires you to be authenticated.');
  }
  const request = requestSchema.safeParse(body);
  if (!request.success) throw new ApiError(400, 'A query attribute must be specified');
  try {
    const { query, variables, operationName } = request.data;
    const operations = parseGraphql(query, variables ?? {});
    const operation = operations.find((each) => !operationName || each.name === operationName);
    if (!operation) throw new QueryError('No operation to execute');
    return { status: 200, body: executeFields(caller, operation.kind, operation.fields) };
  } catch (error) {
    if (!(error instanceof GraphqlSyntaxError) && !(error instanceof QueryError)) throw error;
    return { status: 200, body: { errors: [{ message: error.message }] } };
  }
}

function executeFields(caller: Caller, kind: string, fields: readonly Field[]) {
  const data: Record<string, unknown> = {};
  const errors: unknown[] = [];
  for (const field of fields) {
    const draft = kind === 'mutation' ? drafts[field.name] : undefined;
    const folds = kind === 'mutation' && field.name === 'minimizeComment';
    if (draft === undefined && !folds) {
      const type = kind === 'mutation' ? 'Mutation' : 'Query';
      throw new QueryError(`Field '${field.name}' doesn't exist on type '${type}'`);
    }
    try {
      data[field.key] =
        draft === undefined ? minimizeComment(caller, field) : changeDraft(caller, field, draft);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      data[field.key] = null;
      errors.push({ type: error.type, path: [field.key], message: error.message });
    }
  }
  return errors.length > 0 ? { data, errors } : { data };
}

function changeDraft(caller: Caller, field: Field, draft: boolean): unknown {
  const { world, principal, actor } = caller;
  const input = inputSchema.safeParse(field.args.input);
  if (!input.success) throw new QueryError(`Argument 'input' on Field '${field.name}' is invalid`);
  const { repository, issue } = findPull(world, input.data.pullRequestId);
  try {
    const need = { resource: 'pull_requests', level: 'write', role: 'write' } as const;
    authorize(principal, repository, need);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) throw unresolved(issue.pull.nodeId);
    throw new QueryError((error as Error).message, 'FORBIDDEN');
  }
  if (draft && !repository.drafts) {
    throw new QueryError(
      'Draft pull requests are not supported in this repository.',
      'UNPROCESSABLE',
    );
  }
  if (issue.state !== 'open') throw new QueryError('Pull request is closed', 'UNPROCESSABLE');
  setDraft({ world, repository, actor }, issue, draft);
  world.store.changed();
  const pullRequest = {
    id: issue.pull.nodeId,
    databaseId: issue.id,
    number: issue.number,
    isDraft: issue.pull.draft,
    state: 'OPEN',
    title: issue.title,
    url: pageOf(world, repository, issue),
    headRefName: issue.pull.headRef,
    headRefOid: issue.pull.headSha,
  };
  return select({ pullRequest, clientMutationId: input.data.clientMutationId ?? null }, field);
}

function findPull(world: World, id: string): { repository: Repository; issue: PullIssue } {
  for (const repository of world.store.state.repositories) {
    for (const each of repository.issues) {
      const issue = asPull(each);
      if (issue?.pull.nodeId === id) return { repository, issue };
    }
  }
  throw unresolved(id);
}
