import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../../domain/outcome.ts';

const samples = fileURLToPath(new URL('./samples/', import.meta.url));

/** One issue of the demo, with how it must end. */
export interface DemoIssue {
  /** What it is called on the command line and in the output. */
  readonly name: string;
  /** The sample repository it is about: a folder among the samples. */
  readonly repository: string;
  readonly author: string;
  /** Files of model turns, one a run on this issue: the second serves the run that an answer starts. */
  readonly scripts: readonly string[];
  /** File with what a maintainer answers to the question that is asked. */
  readonly answer?: string;
  readonly ends: { readonly outcome: Outcome; readonly rounds: number };
}

/** The five issues: those with most to do first, so that the last one to end is soon after the others. */
export const demoIssues: readonly DemoIssue[] = [
  {
    name: 'vague',
    repository: 'keep-backups',
    author: 'tom',
    scripts: ['vague.turns.json', 'vague-answered.turns.json'],
    answer: 'vague.answer.md',
    ends: { outcome: 'handed-over', rounds: 1 },
  },
  {
    name: 'review',
    repository: 'keep-backups',
    author: 'grace',
    scripts: ['review.turns.json'],
    ends: { outcome: 'handed-over', rounds: 2 },
  },
  {
    name: 'feature',
    repository: 'env-shape',
    author: 'linh',
    scripts: ['feature.turns.json'],
    ends: { outcome: 'merged', rounds: 1 },
  },
  {
    name: 'bug',
    repository: 'cron-lines',
    author: 'mia',
    scripts: ['bug.turns.json'],
    ends: { outcome: 'merged', rounds: 1 },
  },
  {
    name: 'refused',
    repository: 'env-shape',
    author: 'rob',
    scripts: ['refused.turns.json'],
    ends: { outcome: 'refused', rounds: 0 },
  },
];

/** Folder of a sample repository's files. */
export function sampleFolder(repository: string): string {
  return join(samples, repository);
}

/** The text of a file beside the issues: an answer, or model turns. */
export function issueFile(name: string): string {
  return readFileSync(join(samples, 'issues', name), 'utf8');
}

/** Title and body of an issue: the first line is the title. */
export function issueText(issue: DemoIssue): { title: string; body: string } {
  const [title = '', ...body] = issueFile(`${issue.name}.md`).split('\n');
  return { title: title.replace(/^#\s*/, ''), body: body.join('\n').trim() };
}
