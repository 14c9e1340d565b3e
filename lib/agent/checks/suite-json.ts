import { isAbsolute, relative } from 'node:path';
import * as z from 'zod';
import type { RawResult } from './ecosystem.ts';

const suiteSchema = z.object({
  name: z.string(),
  status: z.string(),
  message: z.string().optional(),
  assertionResults: z.array(
    z.object({
      ancestorTitles: z.array(z.string()),
      title: z.string(),
      status: z.string(),
      failureMessages: z.array(z.string()).nullish(),
    }),
  ),
});
const suitesSchema = z.object({ testResults: z.array(suiteSchema) });

/** Reads jest's and vitest's JSON report; a file that did not load stands as one failed result. Null if it is no report. */
export function readSuites(text: string, tree: string): RawResult[] | null {
  const parsed = parse(suitesSchema, text);
  return parsed === null ? null : parsed.testResults.flatMap((suite) => resultsOf(suite, tree));
}

function resultsOf(suite: z.infer<typeof suiteSchema>, tree: string): RawResult[] {
  const file = relativeTo(tree, suite.name);
  if (suite.assertionResults.length === 0 && suite.status === 'failed') {
    return [{ file, names: [], status: 'failed', message: suite.message, load: true }];
  }
  return suite.assertionResults.map((test) => ({
    file,
    names: [...test.ancestorTitles, test.title],
    status: statusOf(test.status),
    message: test.failureMessages?.join('\n'),
  }));
}

const statusOf = (status: string) =>
  status === 'passed' || status === 'failed' ? status : ('skipped' as const);

const mochaTest = z.object({
  title: z.string(),
  fullTitle: z.string(),
  file: z.string().nullish(),
  err: z.object({ message: z.string().optional(), stack: z.string().optional() }).optional(),
});
const mochaSchema = z.object({
  passes: z.array(mochaTest),
  failures: z.array(mochaTest),
  pending: z.array(mochaTest),
});

/** Reads mocha's JSON report. Null if it is no report. */
export function readMocha(text: string, tree: string): RawResult[] | null {
  const parsed = parse(mochaSchema, text);
  if (parsed === null) return null;
  const of = (tests: readonly z.infer<typeof mochaTest>[], status: RawResult['status']) =>
    tests.map((test) => ({
      file: relativeTo(tree, test.file ?? ''),
      names: namesOf(test.fullTitle, test.title),
      status,
      message: test.err?.stack ?? test.err?.message,
    }));
  return [
    ...of(parsed.passes, 'passed'),
    ...of(parsed.failures, 'failed'),
    ...of(parsed.pending, 'skipped'),
  ];
}

function namesOf(full: string, title: string): string[] {
  const suite = full.endsWith(title) ? full.slice(0, full.length - title.length).trim() : '';
  return suite === '' ? [title] : [suite, title];
}

function relativeTo(tree: string, file: string): string {
  return isAbsolute(file) ? relative(tree, file) : file;
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
