import { ForgeFailed } from '../domain/errors.ts';
import { type AppIdentity, appJwt } from './app-jwt.ts';
import { githubClient } from './client.ts';
import { appEvents, appNeeds } from './inspect.ts';

/** What a new App is called, and where its deliveries and its maker's browser go. */
export interface ManifestOptions {
  /** At most 34 characters, and no other App's. */
  readonly name: string;
  /** Shown on its page. */
  readonly homepage: string;
  readonly webhookUrl: string;
  readonly redirectUrl: string;
}

/** An App that was just made. `pem` and `webhookSecret` are told this once. */
export interface NewApp {
  readonly id: number;
  readonly slug: string;
  /** Its page. */
  readonly url: string;
  readonly pem: string;
  readonly webhookSecret: string;
}

/**
 * What GitHub makes an App from:
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function appManifest({ name, homepage, webhookUrl, redirectUrl }: ManifestOptions) {
  return {
    name,
    url: homepage,
    hook_attributes: { url: webhookUrl, active: true },
    redirect_url: redirectUrl,
    public: false,
    default_permissions: appNeeds,
    default_events: appEvents,
  };
}

/** Where the manifest is posted: the page of a person's Apps, or of an organization's. */
export function newAppUrl(site: string, state: string, organization?: string): string {
  const owner = organization === undefined ? '' : `/organizations/${organization}`;
  return `${site}${owner}/settings/apps/new?state=${encodeURIComponent(state)}`;
}

/** The API of a site: github.com, or GitHub Enterprise Server. */
export function apiOf(site: string): string {
  const { hostname, origin } = new URL(site);
  return hostname === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`;
}

/** Trades the code, which is good once and for an hour, for the App. Throws `ForgeFailed`. */
export async function convertManifest(apiUrl: string, code: string): Promise<NewApp> {
  const { request } = githubClient({ apiUrl, token: '' });
  const { data } = await request('POST /app-manifests/{code}/conversions', { code });
  const { id, slug = '', html_url: url, pem, webhook_secret: webhookSecret } = data;
  if (webhookSecret !== null) return { id, slug, url, pem, webhookSecret };
  throw new ForgeFailed(`GitHub made the App ${id} without a webhook: delete it at ${url}`);
}

/** The App by its own key: its page and its name in URLs. Throws `ForgeFailed`, `ConfigInvalid`. */
export async function lookAtApp(
  apiUrl: string,
  app: AppIdentity,
): Promise<Pick<NewApp, 'id' | 'slug' | 'url'>> {
  const { request } = githubClient({ apiUrl, token: await appJwt(app) });
  const { data } = await request('GET /app');
  if (data === null) throw new ForgeFailed('GitHub knows no such App');
  return { id: data.id, slug: data.slug ?? '', url: data.html_url };
}

/** Lets the App's webhook call here, signed with this secret. Throws `ForgeFailed`, `ConfigInvalid`. */
export async function setHook(
  apiUrl: string,
  app: AppIdentity,
  hook: { readonly url: string; readonly secret: string },
): Promise<void> {
  const { request } = githubClient({ apiUrl, token: await appJwt(app) });
  // As `data`: a parameter of the name `url` would be taken for the request's own.
  await request('PATCH /app/hook/config', { data: { ...hook, content_type: 'json' } });
}
