import { authorize } from './access.ts';
import type { ApiRequest, Reply, Route } from './api.ts';
import { ApiError, notFound } from './errors.ts';
import type { Principal } from './principal.ts';
import { appRoutes } from './routes/app.ts';
import { appHookRoutes } from './routes/app-hook.ts';
import { checkRoutes } from './routes/checks.ts';
import { gitDataRoutes } from './routes/git-data.ts';
import { issueRoutes } from './routes/issues.ts';
import { labelRoutes } from './routes/labels.ts';
import { mergeRoutes } from './routes/merge.ts';
import { pullRoutes } from './routes/pulls.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { requestedReviewerRoutes } from './routes/requested-reviewers.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { statusRoutes } from './routes/statuses.ts';
import { userRoutes } from './routes/users.ts';
import { actorOf, type World } from './world.ts';

/** Every route of the REST API. */
export const routes: readonly Route[] = [
  ...appRoutes,
  ...appHookRoutes,
  ...userRoutes,
  ...repositoryRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...gitDataRoutes,
  ...pullRoutes,
  ...mergeRoutes,
  ...reviewRoutes,
  ...requestedReviewerRoutes,
  ...checkRoutes,
  ...statusRoutes,
];

/** Answers an API request. Throws `ApiError`. */
export type Dispatch = (request: ApiRequest) => Promise<Reply>;

/** The REST API. Writes to one repository are taken one after another. */
export function createDispatch(world: World): Dispatch {
  return async (request) => {
    const { route, params } = findRoute(request);
    const base = { world, principal: request.principal, params, body: request.body };
    if (isOutside(route)) {
      const { need } = route;
      if (need !== 'anyone' && request.principal.kind !== need) {
        throw wrongPrincipal(request.principal, route);
      }
      return route.handle(base);
    }
    const { owner = '', repo = '' } = params;
    const found = world.store.repository(owner, repo);
    const repository = authorize(request.principal, found, route.need, params);
    const actor = actorOf(world, request.principal);
    const { query, accept } = request;
    const handle = (route as Extract<Route, { need: object }>).handle;
    const call = async () => handle({ ...base, repository, actor, query, accept });
    if (request.method === 'GET') return call();
    return world.takeTurn(repository.id, call).finally(() => world.store.changed());
  };
}

/** The route's whole path below the API's base, with `:x` for one segment and `*x` for the rest. */
export function pathOf(route: Route): string {
  return isOutside(route) ? route.path : `/repos/:owner/:repo${route.path}`;
}

/** The route that takes a request, with the path's parameters, decoded. Throws GitHub's 404. */
export function findRoute(request: Pick<ApiRequest, 'method' | 'path'>) {
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const params = matchPath(pathOf(route), request.path);
    if (params) return { route, params };
  }
  throw notFound();
}

/** A route outside of repositories, for one kind of caller. */
function isOutside(route: Route): route is Extract<Route, { need: string }> {
  return typeof route.need === 'string';
}

/** Parameters of a path that fits the pattern, decoded. */
function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/\/+$/, '').split('/');
  const params: Record<string, string> = {};
  for (const [n, part] of wanted.entries()) {
    if (part.startsWith('*')) {
      if (given.length <= n) return undefined;
      params[part.slice(1)] = decodeParam(given.slice(n).join('/'));
      return params;
    }
    const value = given[n];
    if (value === undefined) return undefined;
    if (part.startsWith(':')) params[part.slice(1)] = decodeParam(value);
    else if (part !== value) return undefined;
  }
  return given.length === wanted.length ? params : undefined;
}

function decodeParam(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError(400, 'Bad Request');
  }
}

function wrongPrincipal(principal: Principal, { need }: Route): ApiError {
  if (principal.kind === 'anonymous') return new ApiError(401, 'Requires authentication');
  if (need === 'user' && principal.kind === 'installation') {
    return new ApiError(403, 'Resource not accessible by integration');
  }
  if (principal.kind === 'app') {
    return new ApiError(403, 'You must use an installation access token to access this endpoint.');
  }
  return new ApiError(401, 'A JSON web token could not be decoded');
}
