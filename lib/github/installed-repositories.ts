import { isRepositoryName } from '../domain/webhook-intent.ts';
import { appJwt } from './app-jwt.ts';
import { githubClient, listAll } from './client.ts';
import type { AppOptions } from './minter.ts';

/** Names (`owner/name`) of the repositories that the App is installed on. Throws `ForgeFailed`. */
export async function installedRepositories(options: AppOptions): Promise<readonly string[]> {
  const { apiUrl } = options;
  const app = githubClient({ apiUrl, token: await appJwt(options) });
  const installations = await listAll((page) => app.request('GET /app/installations', page));
  const names: string[] = [];
  for (const { id: installation_id, suspended_at } of installations) {
    if (suspended_at != null) continue;
    const route = 'POST /app/installations/{installation_id}/access_tokens';
    const permissions = { metadata: 'read' } as const;
    const { token } = (await app.request(route, { installation_id, permissions })).data;
    names.push(...(await namesWith(apiUrl, token)));
  }
  return names.filter(isRepositoryName);
}

/** The token may do nothing but look at names, and is ended. */
async function namesWith(apiUrl: string, token: string): Promise<string[]> {
  const { request } = githubClient({ apiUrl, token });
  try {
    const found = await listAll(async (page) => {
      const { data } = await request('GET /installation/repositories', page);
      return { data: data.repositories };
    });
    return found.map(({ full_name }) => full_name);
  } finally {
    await request('DELETE /installation/token').catch(() => undefined);
  }
}
