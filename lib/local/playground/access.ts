import type { Need } from './api.ts';
import { ApiError, notFound } from './errors.ts';
import { type Repository, roles } from './model.ts';
import type { Permissions, Principal } from './principal.ts';
import { roleOf } from './store.ts';

const levels = ['read', 'write', 'admin'];

/** The App's own permissions: an installation token has these or fewer. */
export const appPermissions: Permissions = {
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
};

/** True where `granted` covers the level asked for. */
export function covers(granted: string | undefined, asked: string): boolean {
  return granted !== undefined && levels.indexOf(granted) >= levels.indexOf(asked);
}

/**
 * Decides as GitHub does: what the caller may not see is not there (404); what it may see but not do
 * is forbidden (403); nobody in particular must say who they are (401).
 */
export function authorize(
  principal: Principal,
  repository: Repository | undefined,
  need: Need,
  params: Readonly<Record<string, string>> = {},
): Repository {
  if (repository === undefined) throw notFound();
  if (principal.kind === 'installation') {
    authorizeInstallation(principal, repository, need, params);
  } else if (principal.kind === 'user') {
    const role = roles.indexOf(roleOf(repository, principal.login));
    if (role < roles.indexOf('read')) throw notFound();
    if (need.resource === 'checks' && need.level === 'write') {
      throw new ApiError(403, 'You must authenticate via a GitHub App.');
    }
    if (role < roles.indexOf(need.role)) {
      throw new ApiError(403, 'Must have admin rights to Repository.');
    }
  } else if (principal.kind === 'app') {
    throw new ApiError(401, 'A JSON web token could not be decoded');
  } else {
    if (repository.private) throw notFound();
    if (need.level === 'write') throw new ApiError(401, 'Requires authentication');
  }
  return repository;
}

function authorizeInstallation(
  principal: Extract<Principal, { kind: 'installation' }>,
  repository: Repository,
  need: Need,
  params: Readonly<Record<string, string>>,
): void {
  const own = principal.repositories.includes(repository.id);
  if (!own && repository.private) throw notFound();
  const open = !own && need.level === 'read';
  const isPull = repository.issues.some((each) => each.pull && `${each.number}` === params.number);
  const resources = need.pullsToo && isPull ? [need.resource, 'pull_requests'] : [need.resource];
  const granted = resources.some((resource) =>
    covers(resource === 'metadata' ? 'read' : principal.permissions[resource], need.level),
  );
  if (!open && !(own && granted)) {
    throw new ApiError(403, 'Resource not accessible by integration');
  }
}
