import * as z from 'zod';
import type { Handoff } from '../../domain/handoff.ts';
import { handoffSchema } from '../../domain/handoff.ts';
import { issueReader } from '../../roles/issue-reader.ts';
import { readerSystem, readingAnswer } from '../../roles/rewrite/issue-reader.ts';
import { needed, paragraphs } from '../../roles/sections.ts';
import type { Desk } from './desk.ts';
import { examplesIn } from './examples.ts';
import { locate, testsFor } from './locate.ts';
import { showFiles } from './show-files.ts';
import { askTyped, parsedBy } from './talk.ts';

/** A server that can't hold a model to the form may leave members out, or name what is not there. */
const loose = z
  .object({
    decision: z.enum(['plan', 'question', 'refusal']),
    reason: z.string(),
    title: z.string(),
    summary: z.string(),
    files: z.array(z.string()),
    examples: z.array(z.string()),
    criteria: z.array(z.string()),
    testStrategy: z.string(),
  })
  .partial();

/** Reads the issue beside the files that it is about. Leaves a Plan, a question or a refusal. */
export async function readIssue(desk: Desk): Promise<Handoff> {
  const { model, sources, input, nonce } = desk;
  const issue = issueReader.brief(input, { nonce });
  const located = await locate(model, sources, { system: readerSystem, brief: issue });
  const tests = await testsFor(sources, located);
  const { text, shown } = await showFiles(sources, new Map(), [...located, ...tests]);
  const examples = examplesIn(needed(input.issue, 'issue').body);
  const schema = readingAnswer(shown, examples);
  return askTyped(model, {
    name: 'reading',
    system: readerSystem,
    brief: paragraphs(desk.guidance, issue, `# Files\n\n${text}`),
    schema,
    maxTokens: 1500,
    take: (answer) => {
      const { decision, reason, ...plan } = parsedBy(loose, answer);
      if (decision === 'question') {
        return parsedBy(handoffSchema, { kind: decision, question: reason });
      }
      if (decision === 'refusal') return parsedBy(handoffSchema, { kind: decision, reason });
      const picked = (choices: readonly string[], given: readonly string[] = []) =>
        choices.filter((one) => given.includes(one));
      const files = picked(shown, plan.files);
      const text = picked(examples, plan.examples).join('\n').slice(0, 4000);
      return parsedBy(handoffSchema, {
        kind: 'plan',
        title: plan.title?.slice(0, 200),
        summary: plan.summary,
        files: files.length === 0 ? shown : files,
        criteria: plan.criteria?.filter((line) => line.trim() !== ''),
        testStrategy: plan.testStrategy,
        excerpts: text === '' ? [] : [{ label: 'From the issue, word for word', text }],
      });
    },
  });
}
