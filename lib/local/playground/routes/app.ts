import * as z from 'zod';
import { appPermissions, covers } from '../access.ts';
import { type AppCall, parseBody, type Reply, type Route } from '../api.ts';
import { ApiError, notFound } from '../errors.ts';
import type { Repository } from '../model.ts';
import { shapeApp, shapeInstallation, shapeRepository } from '../present/repository.ts';
import type { Permissions } from '../principal.ts';
import type { World } from '../world.ts';

const grantSchema = z.object({
  repositories: z.array(z.string()).max(500).optional(),
  repository_ids: z.array(z.number().int()).max(500).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
});
type Grant = z.infer<typeof grantSchema>;

function mintToken({ world, params, body }: AppCall): Reply {
  const installation = world.store.state.installations.find(
    (each) => String(each.id) === params.id,
  );
  if (!installation) throw notFound();
  const grant = parseBody(grantSchema, body);
  const repositories = grantedRepositories(world, installation.owner, grant);
  const permissions = grantedPermissions(grant.permissions);
  const { token, expiresAt } = world.tokens.mint({
    installation: installation.id,
    repositories: repositories.map((each) => each.id),
    permissions,
  });
  const named = grant.repositories !== undefined || grant.repository_ids !== undefined;
  return {
    status: 201,
    body: {
      token,
      expires_at: `${new Date(expiresAt).toISOString().slice(0, 19)}Z`,
      permissions,
      repository_selection: named ? 'selected' : 'all',
      ...(named ? { repositories: repositories.map((each) => shapeRepository(world, each)) } : {}),
    },
  };
}

function grantedRepositories(world: World, owner: string, grant: Grant): Repository[] {
  const all = world.store.state.repositories.filter((each) => each.owner === owner);
  const wanted = [
    ...(grant.repositories ?? []).map((name) => world.store.repository(owner, name)),
    ...(grant.repository_ids ?? []).map((id) => all.find((each) => each.id === id)),
  ];
  if (wanted.length === 0) return all;
  const found = wanted.filter((each) => each !== undefined);
  if (found.length < wanted.length) {
    throw new ApiError(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return [...new Set(found)];
}

function grantedPermissions(wanted: Permissions | undefined): Permissions {
  if (wanted === undefined || Object.keys(wanted).length === 0) return appPermissions;
  for (const [resource, level] of Object.entries(wanted)) {
    if (!covers(appPermissions[resource], level)) {
      throw new ApiError(422, 'The permissions requested are not granted to this installation.');
    }
  }
  return { ...wanted, metadata: 'read' };
}

/** What the App does as itself, and the end of a token's life. */
export const appRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/app',
    need: 'app',
    handle: ({ world }) => ({ status: 200, body: shapeApp(world, appPermissions) }),
  },
  {
    method: 'GET',
    path: '/repos/:owner/:repo/installation',
    need: 'app',
    handle({ world, params }) {
      const repository = world.store.repository(params.owner ?? '', params.repo ?? '');
      const installation = repository && world.store.installationOf(repository.owner);
      if (!installation) throw notFound();
      return { status: 200, body: shapeInstallation(world, installation, appPermissions) };
    },
  },
  {
    method: 'GET',
    path: '/app/installations',
    need: 'app',
    handle: ({ world }) => ({
      status: 200,
      body: world.store.state.installations.map((each) =>
        shapeInstallation(world, each, appPermissions),
      ),
    }),
  },
  {
    method: 'GET',
    path: '/installation/repositories',
    need: 'installation',
    handle({ world, principal }) {
      const ids = principal.kind === 'installation' ? principal.repositories : [];
      const found = world.store.state.repositories.filter((each) => ids.includes(each.id));
      const repositories = found.map((each) => shapeRepository(world, each));
      return { status: 200, body: { total_count: found.length, repositories } };
    },
  },
  {
    method: 'POST',
    path: '/app/installations/:id/access_tokens',
    need: 'app',
    handle: mintToken,
  },
  {
    method: 'DELETE',
    path: '/installation/token',
    need: 'installation',
    handle({ world, principal }) {
      if (principal.kind === 'installation') world.tokens.revoke(principal.key);
      return { status: 204 };
    },
  },
];
