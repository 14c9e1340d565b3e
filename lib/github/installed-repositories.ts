import { isRepositoryName } from '../domain/webhook-intent.ts';
import { appJwt } from './app-jwt.ts';
import { type GitHubClient, githubClient } from './client.ts';
import type { AppOptions } from './minter.ts';

/** Some of the repositories that the App is installed on. */
export interface InstalledBatch {
  /** `owner/name`. */
  readonly names: readonly string[];
  /** Where the next ones are; undefined after the last. */
  readonly next?: string;
}

/** As many as GitHub gives at a time. */
const pageSize = 100;
/** Installations looked into in one go: each takes a token that is minted and ended. */
const mostInstallations = 5;
/** Batches in all: far over what one App has, so that no loop goes on for ever. */
const mostBatches = 1_000;

/** How far was looked: how many installations were seen whole, and the page of the next one's repositories. */
interface Place {
  readonly seen: number;
  readonly page: number;
}

/** Names (`owner/name`) of the repositories that the App is installed on. Throws `ForgeFailed`. */
export async function installedRepositories(options: AppOptions): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  for (let batches = 0; batches < mostBatches; batches += 1) {
    const batch = await installedBatch(options, cursor);
    names.push(...batch.names);
    cursor = batch.next;
    if (cursor === undefined) break;
  }
  return names;
}

/**
 * The next repositories after `cursor`, at most a hundred of one installation at a time and of five installations in all.
 * An installation that comes or goes meanwhile may shift the rest by one: whoever goes round sees it the next time.
 * Throws `ForgeFailed`.
 */
export async function installedBatch(
  options: AppOptions,
  cursor?: string,
): Promise<InstalledBatch> {
  const { apiUrl } = options;
  const app = githubClient({ apiUrl, token: await appJwt(options) });
  const names: string[] = [];
  let place = placeOf(cursor);
  const page = Math.floor(place.seen / pageSize) + 1;
  const { data } = await app.request('GET /app/installations', { per_page: pageSize, page });
  for (let looked = 0; looked < mostInstallations && names.length < pageSize; looked += 1) {
    const installation = data[place.seen % pageSize];
    if (installation === undefined) return { names };
    const found =
      installation.suspended_at == null
        ? await namesOf({ app, apiUrl, id: installation.id, page: place.page })
        : { names: [], isLast: true };
    names.push(...found.names.filter(isRepositoryName));
    place = found.isLast ? { seen: place.seen + 1, page: 1 } : { ...place, page: place.page + 1 };
    // The next one is on another page of the list.
    if (found.isLast && place.seen % pageSize === 0) break;
  }
  if (place.page === 1 && isEnd(data.length, place.seen)) return { names };
  return { names, next: `${place.seen}:${place.page}` };
}

/** A list that is not full is the last one. */
const isEnd = (length: number, seen: number) => length < pageSize && seen % pageSize >= length;

function placeOf(cursor: string | undefined): Place {
  const [, seen, page] = /^(\d{1,7}):(\d{1,5})$/.exec(cursor ?? '') ?? [];
  return { seen: Number(seen ?? 0), page: Math.max(1, Number(page ?? 1)) };
}

/** A page of an installation's repositories. The token may do nothing but look at names, and is ended. */
async function namesOf({
  app,
  apiUrl,
  id: installation_id,
  page,
}: {
  readonly app: GitHubClient;
  readonly apiUrl: string;
  readonly id: number;
  readonly page: number;
}): Promise<{ names: readonly string[]; isLast: boolean }> {
  const route = 'POST /app/installations/{installation_id}/access_tokens';
  const permissions = { metadata: 'read' } as const;
  const { token } = (await app.request(route, { installation_id, permissions })).data;
  const { request } = githubClient({ apiUrl, token });
  try {
    const { data } = await request('GET /installation/repositories', { per_page: pageSize, page });
    const names = data.repositories.map(({ full_name }) => full_name);
    return { names, isLast: names.length < pageSize };
  } finally {
    await request('DELETE /installation/token').catch(() => undefined);
  }
}
