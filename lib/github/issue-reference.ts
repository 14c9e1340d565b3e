import { ConfigInvalid } from '../domain/errors.ts';
import { siteOf } from './site.ts';

/** An issue on GitHub. */
export interface IssueReference {
  /** `owner/name`. */
  readonly repository: string;
  readonly issue: string;
}

const owner = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})';
const name = '[A-Za-z0-9._-]{1,100}';
const short = new RegExp(`^(${owner}/${name})#([1-9][0-9]{0,9})$`);
const path = new RegExp(`^/(${owner}/${name})/(issues|pull)/([1-9][0-9]{0,9})/?$`);

/** Reads `owner/repo#7` or an issue's URL. Throws `ConfigInvalid` with the forms that work. */
export function issueReference(text: string, apiUrl: string): IssueReference {
  const [, repository, issue] = short.exec(text) ?? [];
  if (repository !== undefined && issue !== undefined) return { repository, issue };
  const site = siteOf(apiUrl);
  if (/^https?:/.test(text) && URL.canParse(text)) return fromUrl(new URL(text), site);
  throw new ConfigInvalid(`${JSON.stringify(text)} names no issue; ${forms(site)}`);
}

function fromUrl(url: URL, site: string): IssueReference {
  if (url.origin !== new URL(site).origin) {
    throw new ConfigInvalid(
      `${url.origin} is not ${site}, which is asked; for another GitHub set ENTROPY_GITHUB_API`,
    );
  }
  const [, repository, kind, issue] = path.exec(url.pathname) ?? [];
  if (repository === undefined || issue === undefined) {
    throw new ConfigInvalid(`${url.origin}${url.pathname} names no issue; ${forms(site)}`);
  }
  if (kind === 'pull') {
    throw new ConfigInvalid(`${repository}#${issue} is a pull request; name the issue to resolve`);
  }
  return { repository, issue };
}

function forms(site: string): string {
  return `give owner/repo#7 or ${site}/owner/repo/issues/7, or --repo PATH --issue FILE.md for a local repository`;
}
