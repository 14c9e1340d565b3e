import { diffOf } from './git/diff.ts';
import { asPull } from './issue-changes.ts';
import type { Issue, PullIssue, Repository } from './model.ts';
import type { World } from './world.ts';

const style =
  'body{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;' +
  'border:1px solid #8884;padding:.6rem;border-radius:6px}small{opacity:.7}';

/** A plain page to look at: a public repository, one of its issues or pull requests. */
export async function renderPage(world: World, path: string): Promise<string | undefined> {
  const match = /^\/([\w.-]+)\/([\w.-]+)(?:\/(?:issues|pull)\/(\d+))?\/?$/.exec(path);
  const open = world.store.state.repositories.filter((each) => !each.private);
  if (path === '/') return page('Playground', open.map((each) => link(nameOf(each))).join('<br>'));
  const repository = open.find((each) => nameOf(each) === `${match?.[1]}/${match?.[2]}`);
  if (!match || !repository) return undefined;
  if (match[3] === undefined) return repositoryPage(repository);
  const issue = repository.issues.find((each) => each.number === Number(match[3]));
  if (!issue) return undefined;
  const pull = asPull(issue);
  const parts = [
    `<p>${link(nameOf(repository))} &middot; ${stateOf(issue)} &middot; ${labelsOf(issue)}</p>`,
    said(issue.author, issue.createdAt, issue.body ?? ''),
    ...issue.comments.map(({ author, createdAt, body }) => said(author, createdAt, body)),
    ...(pull ? await pullParts(world, repository, pull) : []),
  ];
  return page(`${issue.title} #${issue.number}`, parts.join('\n'));
}

const nameOf = ({ owner, name }: Repository) => `${owner}/${name}`;
const link = (path: string, text = path) =>
  `<a href="/${escapeHtml(path)}">${escapeHtml(text)}</a>`;

/** Text that can't be taken for HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

/** A page with a heading. */
export function page(title: string, body: string): string {
  const head = `<meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style>`;
  return `<!doctype html>${head}<h1>${escapeHtml(title)}</h1>\n${body}\n`;
}

function said(author: string, at: string, body: string): string {
  return `<p><b>${escapeHtml(author)}</b> <small>${escapeHtml(at)}</small></p><pre>${escapeHtml(body)}</pre>`;
}

function stateOf(issue: Issue): string {
  if (issue.pull?.merged) return `merged as ${issue.pull.merged.commit.slice(0, 10)}`;
  return issue.state === 'open' && issue.pull?.draft ? 'draft' : issue.state;
}

function labelsOf(issue: Issue): string {
  return issue.labels.map((label) => `<code>${escapeHtml(label)}</code>`).join(' ') || 'no label';
}

function repositoryPage(repository: Repository): string {
  const rows = repository.issues.map((issue) => {
    const kind = issue.pull ? 'pull' : 'issues';
    const to = `${nameOf(repository)}/${kind}/${issue.number}`;
    return `<li>${link(to, `#${issue.number} ${issue.title}`)} (${stateOf(issue)})</li>`;
  });
  return page(nameOf(repository), `<ul>${rows.join('\n')}</ul>`);
}

async function pullParts(world: World, repository: Repository, issue: PullIssue) {
  const { baseSha, headSha, headRef, baseRef, reviews } = issue.pull;
  const files = await diffOf(world.gitOf(repository), baseSha, headSha);
  const checks = repository.checkRuns
    .filter((run) => run.headSha === headSha)
    .map((run) => `${run.name}: ${run.conclusion ?? run.status} ${run.output.title ?? ''}`);
  return [
    ...reviews.flatMap(({ author, submittedAt, body, comments }) => [
      said(`${author} (review)`, submittedAt, body),
      ...comments.map((each) => said(author, `${each.path}:${each.line}`, each.body)),
    ]),
    `<h2>Checks</h2><pre>${escapeHtml(checks.join('\n') || 'none')}</pre>`,
    `<h2>${escapeHtml(headRef)} into ${escapeHtml(baseRef)}</h2>`,
    ...files.map(
      ({ path, patch }) => `<h3>${escapeHtml(path)}</h3><pre>${escapeHtml(patch ?? '')}</pre>`,
    ),
  ];
}
