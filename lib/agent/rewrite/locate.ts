import { posix } from 'node:path';
import * as z from 'zod';
import { HandoffInvalid } from '../../domain/errors.ts';
import { shownLimit } from './show-files.ts';
import type { Sources } from './sources.ts';
import { askTyped, type CallModel } from './talk.ts';

const most = { listed: 200, asked: 4, tests: 2 };
const notCode =
  /\.(md|rst|txt|lock|svg|png|jpe?g|gif|ico|pdf|zip|gz|woff2?|snap)$|(^|\/)(package-lock\.json|LICENSE|\.[^/]+)$/i;

/** Source files that a change can be in, those first that the text's words point at. */
function listing(sources: Sources, text: string): string[] {
  const words = new Set((text.toLowerCase().match(/[a-z][a-z0-9]{2,}/g) ?? []).slice(0, 2000));
  const score = (path: string) =>
    path
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((part) => words.has(part)).length;
  const code = sources.files.filter(
    (path) =>
      !notCode.test(path) && !sources.kinds.isTest(path) && !sources.kinds.isDefinition(path),
  );
  return code
    .map((path) => ({ path, score: score(path) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, most.listed)
    .map(({ path }) => path);
}

/**
 * Asks which files matter, out of a listing. Where all of them fit into a prompt nobody is asked. Throws
 * `HandoffInvalid` where the answers name none, and what the gateway throws.
 */
export async function locate(
  call: CallModel,
  sources: Sources,
  question: { readonly system: string; readonly brief: string },
): Promise<readonly string[]> {
  const paths = listing(sources, question.brief);
  if (await fits(sources, paths)) return paths;
  const brief = `${question.brief}\n\n# Files of the repository\n${paths.join('\n')}\n\nWhich of these files must be changed? Name at most ${most.asked}, the most likely first.`;
  return askTyped(call, {
    name: 'files',
    system: question.system,
    brief,
    schema: z.strictObject({
      files: z
        .array(z.enum(paths as [string]))
        .min(1)
        .max(most.asked),
    }),
    maxTokens: 300,
    take: ({ files }) => {
      const named = Array.isArray(files) ? files.filter((path) => paths.includes(path)) : [];
      if (named.length === 0) throw new HandoffInvalid('none of the files named is in the list');
      return [...new Set<string>(named)].slice(0, most.asked);
    },
  });
}

async function fits(sources: Sources, paths: readonly string[]): Promise<boolean> {
  if (paths.length > most.asked) return false;
  let size = 0;
  for (const path of paths) size += (await sources.read(path))?.length ?? 0;
  return size <= shownLimit / 2;
}

/** Test files that belong to these sources: by name first, then by what they mention. */
export async function testsFor(sources: Sources, paths: readonly string[]): Promise<string[]> {
  const names = paths.map((path) => posix.basename(path).replace(/\.[^.]*$/, ''));
  const found: { path: string; score: number }[] = [];
  for (const path of sources.files.filter((one) => sources.kinds.isTest(one)).slice(0, 500)) {
    const text = (await sources.read(path)) ?? '';
    if (!/\b(test|assert|expect|it|check|ok)\b|^func Test|not ok/m.test(text)) continue;
    const own = names.some((name) => posix.basename(path).includes(name));
    const mentions = names.filter((name) => text.includes(name)).length;
    if (own || mentions > 0) found.push({ path, score: (own ? 100 : 0) + mentions });
  }
  return found
    .sort((a, b) => b.score - a.score)
    .slice(0, most.tests)
    .map(({ path }) => path);
}
