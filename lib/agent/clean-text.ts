import type { IssueSnapshot } from '../domain/forge.ts';
import type { Guidance } from '../domain/stage-input.ts';

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
 * Characters that a person does not see and a model does: controls, soft hyphen, joiners and other
 * zero-width characters, bidirectional controls, fillers, variation selectors, tags.
 */
const unseen = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** A comment that is never closed hides all that follows it. */
const htmlComment = /<!--(?:-?>|[\s\S]*?(?:-->|$))/g;

/**
 * Untrusted text as a person would see it rendered, at most `cap` characters long. It takes tricks away
 * from their authors and is no boundary. Idempotent.
 */
export function cleanText(text: string, cap: number): string {
  const seen = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(unseen, (found) => (found === '\n' || found === '\t' ? found : ''))
    .normalize('NFC')
    .replace(htmlComment, '[hidden comment removed]');
  return cut(seen, cap);
}

/** The issue with all of its texts cleaned, the oldest of too many comments left out. Idempotent. */
export function cleanIssue(issue: IssueSnapshot): IssueSnapshot {
  return {
    ...issue,
    title: cleanText(issue.title, caps.title).replaceAll('\n', ' '),
    body: cleanText(issue.body, caps.body),
    author: cleanText(issue.author, caps.name),
    labels: issue.labels.map((label) => cleanText(label, caps.name)),
    comments: issue.comments.slice(-caps.comments).map((comment) => ({
      author: cleanText(comment.author, caps.name),
      body: cleanText(comment.body, caps.comment),
    })),
    ...(issue.answers && {
      answers: issue.answers.slice(-caps.comments).map(({ question, answer, by }) => ({
        question: cleanText(question, caps.comment),
        answer: cleanText(answer, caps.comment),
        by: cleanText(by, caps.name),
      })),
    }),
  };
}

/** The repository's guidance, cleaned alike. Idempotent. */
export function cleanGuidance(guidance: Guidance | undefined): Guidance | undefined {
  if (guidance === undefined) return undefined;
  const { instructions, files } = guidance;
  return {
    ...(instructions === undefined ? {} : { instructions: cleanText(instructions, caps.guidance) }),
    files: files.map(({ path, text }) => ({ path, text: cleanText(text, caps.guidance) })),
  };
}

function cut(text: string, cap: number): string {
  if (text.length <= cap) return text;
  const note = '\n[the rest was too long and is cut]';
  return text.slice(0, cap - note.length).replace(/[\ud800-\udbff]$/, '') + note;
}
