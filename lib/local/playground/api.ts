import type { z } from 'zod';
import { ApiError, notFound } from './errors.ts';
import type { Account, Repository } from './model.ts';
import type { Principal } from './principal.ts';
import type { World } from './world.ts';

export interface ApiRequest {
  readonly method: string;
  /** Path below the API's base, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly principal: Principal;
  readonly accept: string;
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON; bytes are sent as they are; undefined sends no body. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** What a route asks of its caller; `role` is what a person needs, `resource` and `level` an App. */
export interface Need {
  readonly resource: string;
  readonly level: 'read' | 'write';
  readonly role: 'read' | 'triage' | 'write' | 'admin';
  /** Where the path's number is a pull request, `pull_requests` does as well as `resource`. */
  readonly pullsToo?: true;
}

/** What a route of a repository is given. */
export interface Call {
  readonly world: World;
  readonly repository: Repository;
  /** Who is recorded as the author of what the request does. */
  readonly actor: Account;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly accept: string;
}

/** What a route outside of repositories is given. */
export interface AppCall {
  readonly world: World;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Route =
  | {
      readonly method: string;
      /** Below `/repos/{owner}/{repo}`; `:x` is one segment, `*x` the rest. */
      readonly path: string;
      readonly need: Need;
      readonly handle: (call: Call) => Promise<Reply> | Reply;
    }
  | {
      readonly method: string;
      readonly path: string;
      readonly need: 'app' | 'installation' | 'user' | 'anyone';
      readonly handle: (call: AppCall) => Promise<Reply> | Reply;
    };

/** Parses a request's body; what does not fit is GitHub's 422. */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `"${issue.path.join('.')}": ${issue.message}`);
  throw new ApiError(422, `Invalid request.\n\n${faults.join('\n')}`);
}

/** A positive number from the path, else GitHub's 404. */
export function numberParam(call: Pick<Call, 'params'>, name: string): number {
  const value = Number(call.params[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw notFound();
  return value;
}

/** One page of a list, with `Link` where there are more. */
export function page(call: Pick<Call, 'query' | 'world'>, path: string, all: readonly unknown[]) {
  const number = (name: string, otherwise: number) => {
    const value = Number(call.query.get(name) ?? otherwise);
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  };
  const size = Math.min(number('per_page', 30), 100);
  const at = number('page', 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(to));
    return `<${call.world.urls.api}${path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(at > 1 ? [link(at - 1, 'prev')] : []),
    ...(at < last ? [link(at + 1, 'next'), link(last, 'last')] : []),
    ...(at > 1 ? [link(1, 'first')] : []),
  ];
  const items = all.slice((at - 1) * size, at * size);
  return { items, headers: links.length > 0 ? { Link: links.join(', ') } : {} };
}

/** The answer for a list: one page, shaped. */
export function listReply<T>(
  call: Call,
  path: string,
  all: readonly T[],
  shape: (item: T) => unknown,
): Reply {
  const { items, headers } = page(call, repoPath(call.repository, path), all);
  return { status: 200, body: (items as T[]).map(shape), headers };
}

/** `/repos/{owner}/{repo}` and what follows. */
export function repoPath(repository: Repository, rest = ''): string {
  return `/repos/${repository.owner}/${repository.name}${rest}`;
}
