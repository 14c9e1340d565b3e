import type { RepositoryClient } from '../access.ts';

/** Pages of 100 commits that are looked through. */
const pages = 10;

/** Subjects of the last commits that are no merges, newest first, as git tells them. */
export async function subjectsOf(
  { request, at }: RepositoryClient,
  commit: string,
  limit: number,
): Promise<string[]> {
  const subjects: string[] = [];
  for (let page = 1; page <= pages && subjects.length < limit; page += 1) {
    const asked = { ...at, sha: commit, per_page: 100, page };
    const { data } = await request('GET /repos/{owner}/{repo}/commits', asked);
    const single = data.filter(({ parents }) => parents.length < 2);
    subjects.push(...single.map((one) => subjectOf(one.commit.message)));
    if (data.length < 100) break;
  }
  return subjects.slice(0, limit).filter(Boolean);
}

/** The first paragraph, on one line. */
function subjectOf(message: string): string {
  const lines = message.split('\n').map((line) => line.trimEnd());
  const start = lines.findIndex(Boolean);
  if (start === -1) return '';
  const end = lines.indexOf('', start);
  return lines.slice(start, end === -1 ? undefined : end).join(' ');
}
