import type { IssueSnapshot } from '../domain/forge.ts';
import { withoutHidden } from '../domain/hidden-text.ts';
import type { Guidance } from '../domain/stage-input.ts';
import { cleanMarkup } from './clean-markup.ts';
import type { Removed } from './clean-tag.ts';

/** Most characters of each part that reach a role. */
const caps = {
  title: 300,
  name: 100,
  body: 40_000,
  comment: 8_000,
  comments: 30,
  guidance: 17_000,
};

/**
 * A stranger's text as a person would see it on a page, at most `cap` characters long. It takes tricks away from their
 * authors and is no boundary. What was taken out is counted in `removed`. Idempotent: it is repeated until nothing changes.
 */
export function cleanText(text: string, cap: number, removed: Removed = nothing()): string {
  let left = text;
  for (;;) {
    const visible = withoutHidden(left.replace(/\r\n?/g, '\n'));
    removed.characters += visible.count;
    const next = cut(cleanMarkup(visible.text.normalize('NFC'), removed), cap);
    if (next === left) return next;
    left = next;
  }
}

/** As `cleanText`, with a last line that says what was taken out; of `others` as well, where it speaks for them. */
function cleanAndTold(text: string, cap: number, others: Removed = nothing()): string {
  const removed = { ...others };
  const cleaned = cleanText(text, cap, removed);
  const parts = Object.entries(names)
    .map(([kind, name]) => ({ count: removed[kind as keyof Removed], name }))
    .filter(({ count }) => count > 0)
    .map(({ count, name }) => `${count} ${name}${count === 1 ? '' : 's'}`);
  if (parts.length === 0) return cleaned;
  const note = `\n\n[taken out, since no page shows it: ${parts.join(', ')}]`;
  return cleanText(cleaned, cap - note.length) + note;
}

const names: Readonly<Record<keyof Removed, string>> = {
  characters: 'invisible character',
  comments: 'comment',
  elements: 'hidden element',
  // Titles of links and descriptions of images as well.
  attributes: 'attribute',
  definitions: 'link definition',
};

function nothing(): Removed {
  return { characters: 0, comments: 0, elements: 0, attributes: 0, definitions: 0 };
}

/**
 * The issue with all of its texts cleaned, the oldest of too many comments left out. Each text says at its end what was
 * taken out of it; the body speaks for title, labels and names as well. Idempotent.
 */
export function cleanIssue(issue: IssueSnapshot): IssueSnapshot {
  const around = nothing();
  const line = (text: string, cap: number) =>
    oneLine(cleanText(oneLine(text.replaceAll('\r', '\n')), cap, around));
  const title = line(issue.title, caps.title);
  const author = line(issue.author, caps.name);
  const labels = issue.labels.map((label) => line(label, caps.name));
  const comments = issue.comments.slice(-caps.comments).map((comment) => ({
    author: line(comment.author, caps.name),
    body: cleanAndTold(comment.body, caps.comment),
  }));
  const answers = issue.answers?.slice(-caps.comments).map(({ question, answer, by }) => ({
    question: cleanAndTold(question, caps.comment),
    answer: cleanAndTold(answer, caps.comment),
    by: line(by, caps.name),
  }));
  const body = cleanAndTold(issue.body, caps.body, around);
  return { ...issue, title, author, labels, comments, body, ...(answers && { answers }) };
}

/** The repository's guidance, cleaned alike. Idempotent. */
export function cleanGuidance(guidance: Guidance | undefined): Guidance | undefined {
  if (guidance === undefined) return undefined;
  const { instructions, files } = guidance;
  return {
    ...(instructions === undefined
      ? {}
      : { instructions: cleanAndTold(instructions, caps.guidance) }),
    files: files.map(({ path, text }) => ({
      path: cleanText(path, caps.name * 5),
      text: cleanAndTold(text, caps.guidance),
    })),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

function cut(text: string, cap: number): string {
  if (text.length <= cap) return text;
  const note = '\n[the rest was too long and is cut]';
  return text.slice(0, cap - note.length).replace(/[\ud800-\udbff]$/, '') + note;
}
