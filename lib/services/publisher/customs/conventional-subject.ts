const types = 'build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test';
const form = new RegExp(`^(?:${types})(?:\\([^()]{1,40}\\))?!?: \\S`);

/** True for `fix(parser): keep the sign` and the like. */
function isConventional(subject: string): boolean {
  return form.test(subject);
}

/** True where most of the subjects, newest first and at least five, are in that form. */
export function areConventional(subjects: readonly string[]): boolean {
  const fitting = subjects.filter(isConventional).length;
  return subjects.length >= 5 && fitting >= subjects.length * 0.8;
}

/** What is known of a change when its type is to be told. */
export interface ChangeFacts {
  readonly labels: readonly string[];
  readonly paths: readonly string[];
}

/** The subject in that form; one that is so already stays. */
export function conventionalSubject(subject: string, facts: ChangeFacts): string {
  if (isConventional(subject)) return subject;
  const rest = /^[A-Z][a-z]/.test(subject) ? subject[0]?.toLowerCase() + subject.slice(1) : subject;
  return `${typeOf(subject, facts)}: ${rest}`;
}

function typeOf(subject: string, { labels, paths }: ChangeFacts): string {
  const all = (pattern: RegExp) => paths.length > 0 && paths.every((path) => pattern.test(path));
  if (all(/\.(?:md|rst|adoc|txt)$|^docs?\//i)) return 'docs';
  if (all(/(?:^|\/)(?:tests?|spec|__tests__)\/|[._-](?:test|spec)\.|_test\.\w+$/i)) return 'test';
  if (labels.some((label) => /\b(?:bug|defect|regression)\b/i.test(label))) return 'fix';
  if (labels.some((label) => /\b(?:enhancement|feature)\b/i.test(label))) return 'feat';
  return /^(?:add|allow|implement|introduce|let|offer|provide|support)\b/i.test(subject)
    ? 'feat'
    : 'fix';
}
