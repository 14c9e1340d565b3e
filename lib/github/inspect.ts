import { clockSkewMs } from '../domain/claim.ts';
import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';
import { type AppIdentity, appJwt } from './app-jwt.ts';
import { type GitHubClient, githubClient } from './client.ts';

/** Who asks GitHub: the App, or a plain token; `repository` is `owner/name`. */
export interface Inspected {
  readonly apiUrl: string;
  readonly app?: AppIdentity;
  readonly token?: string;
  readonly repository?: string;
}

/** GitHub accepts what an App signs within a minute of its own clock. */
const mostSkewMs = 60_000;

/** GitHub as this machine reaches it: its clock, and what App or token may do there. Never throws. */
export async function inspectGitHub(inspected: Inspected): Promise<readonly Finding[]> {
  const reached = await inspectClock(inspected.apiUrl);
  if (reached.state === 'error' && reached.name === 'github') return [reached];
  const { app, token } = inspected;
  if (app !== undefined) return [reached, ...(await inspectApp(inspected, app))];
  if (token !== undefined) return [reached, ...(await inspectToken(inspected, token))];
  return [reached];
}

async function inspectClock(apiUrl: string): Promise<Finding> {
  try {
    const began = Date.now();
    const answer = await fetch(apiUrl, { signal: AbortSignal.timeout(20_000) });
    await answer.body?.cancel();
    const theirs = Date.parse(answer.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return good('clock', `${apiUrl} answers, and names no time`);
    // The header has whole seconds.
    const skew = Math.round(((began + Date.now()) / 2 - theirs - 500) / 1000);
    const detail = `${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'ahead of'} ${apiUrl}`;
    const fix = 'set the clock, best by NTP: GitHub refuses what is signed at a wrong time';
    if (Math.abs(skew) * 1000 >= mostSkewMs) return wrong('clock', detail, fix);
    return Math.abs(skew) * 1000 > clockSkewMs
      ? doubtful('clock', detail, fix)
      : good('clock', detail);
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    const fix = 'is the network up, and ENTROPY_GITHUB_API right?';
    return wrong('github', `${apiUrl} can't be reached (${cause})`, fix);
  }
}

/** All that a run does to a repository. */
export const appNeeds = {
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
} as const;
/** What an App must be told. */
export const appEvents: readonly string[] = ['issues', 'issue_comment'];

async function inspectApp({ apiUrl, repository }: Inspected, app: AppIdentity) {
  let request: GitHubClient['request'];
  try {
    ({ request } = githubClient({ apiUrl, token: await appJwt(app) }));
  } catch (error) {
    const fix = 'make a private key in the App\'s settings; it is PEM, "-----BEGIN ..."';
    return [wrong('github app', (error as Error).message, fix)];
  }
  try {
    const { data } = await request('GET /app');
    const own = data as { slug?: string; permissions?: Record<string, string>; events?: string[] };
    const found = [
      good('github app', `${own.slug ?? app.appId}`),
      permissionsFinding(own.permissions ?? {}),
      eventsFinding(own.events ?? []),
      await deliveriesFinding(request),
    ];
    if (repository === undefined) return found;
    return [...found, await installationFinding(request, repository)];
  } catch (error) {
    const fix =
      'are number and key of one App (ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE), and the key not revoked?';
    return [wrong('github app', (error as Error).message, fix)];
  }
}

function permissionsFinding(given: Readonly<Record<string, string>>): Finding {
  const missing = Object.entries(appNeeds).filter(
    ([name, level]) => given[name] !== 'write' && given[name] !== 'admin' && given[name] !== level,
  );
  const name = 'app permissions';
  if (missing.length === 0) return good(name, 'enough');
  const list = missing.map(([what, level]) => `${what}: ${level}`).join(', ');
  return wrong(
    name,
    `missing: ${list}`,
    "grant them in the App's settings, and accept them where it is installed",
  );
}

function eventsFinding(given: readonly string[]): Finding {
  const missing = appEvents.filter((event) => !given.includes(event));
  if (missing.length === 0) return good('app events', given.join(', '));
  const fix =
    "subscribe to them in the App's settings; until then what they tell is found by reconciling";
  return doubtful('app events', `not subscribed: ${missing.join(', ')}`, fix);
}

async function deliveriesFinding(request: GitHubClient['request']): Promise<Finding> {
  const name = 'webhook deliveries';
  const { data } = await request('GET /app/hook/deliveries', { per_page: 30 });
  const [newest] = data;
  if (newest === undefined) {
    const fix = "set the webhook's URL and secret in the App's settings, and make it active";
    return doubtful(name, 'GitHub has sent none yet', fix);
  }
  const failed = data.filter(({ status_code }) => status_code < 200 || status_code > 299);
  const [last] = failed;
  if (last === undefined)
    return good(name, `the last ${data.length} were taken, ${newest.delivered_at} the newest`);
  const detail = `${failed.length} of the last ${data.length} failed; ${last.event} at ${last.delivered_at}: ${last.status_code} ${last.status}`;
  const fix =
    "is the webhook's URL reachable, and the secret the same on both sides? GitHub can deliver again";
  return doubtful(name, detail, fix);
}

async function installationFinding(
  request: GitHubClient['request'],
  repository: string,
): Promise<Finding> {
  const [owner = '', repo = ''] = repository.split('/');
  try {
    await request('GET /repos/{owner}/{repo}/installation', { owner, repo });
    return good('installation', repository);
  } catch (error) {
    return wrong('installation', (error as Error).message, `install the App on ${repository}`);
  }
}

async function inspectToken({ apiUrl, repository }: Inspected, token: string): Promise<Finding[]> {
  const { request } = githubClient({ apiUrl, token });
  const name = 'github token';
  try {
    if (repository === undefined) {
      const { headers } = await request('GET /rate_limit');
      const scopes = headers['x-oauth-scopes'];
      if (scopes === undefined || String(scopes).split(/, */).includes('repo')) {
        return [good(name, 'accepted; give --repo OWNER/NAME to see what it may do there')];
      }
      return [
        wrong(name, `it has the scopes ${scopes || '(none)'}`, 'make one with the scope repo'),
      ];
    }
    const [owner = '', repo = ''] = repository.split('/');
    const { data } = await request('GET /repos/{owner}/{repo}', { owner, repo });
    if (data.permissions?.push === true) return [good(name, `may write to ${repository}`)];
    const fix = 'it needs write access to contents, issues and pull requests';
    return [wrong(name, `it may not write to ${repository}`, fix)];
  } catch (error) {
    return [
      wrong(name, (error as Error).message, 'make a new token, and name it in GITHUB_TOKEN_FILE'),
    ];
  }
}
