import { posix } from 'node:path';
import { holdsHidden } from '../../domain/hidden-text.ts';
import { type Draft, textIn } from './draft.ts';
import type { Sources } from './sources.ts';

/** Characters of files that a prompt may hold: about 10,000 tokens. */
export const shownLimit = 36_000;

/** A whole file in a fenced block, in the form in which it is asked for again. */
function fileBlock(path: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const language = posix.extname(path).slice(1);
  return `${fence}${language === '' ? '' : `${language} `}${path}\n${text.replace(/\n?$/, '\n')}${fence}`;
}

/** Whole files as long as there is room; those that don't fit, or hide something, are named and not shown. */
export async function showFiles(
  sources: Sources,
  draft: Draft,
  paths: readonly string[],
): Promise<{ readonly text: string; readonly shown: readonly string[] }> {
  const blocks: string[] = [];
  const shown: string[] = [];
  let room = shownLimit;
  for (const path of paths) {
    const text = await textIn(draft, sources, path);
    if (text === undefined) continue;
    // To show it otherwise than it is would change it: what is shown is written again whole.
    if (holdsHidden(text.replace(/^\ufeff/, ''))) {
      blocks.push(`${path} holds invisible characters and is not shown.`);
      continue;
    }
    if (text.length > room) {
      blocks.push(`${path} has ${text.length} characters and is not shown.`);
      continue;
    }
    room -= text.length;
    shown.push(path);
    blocks.push(fileBlock(path, text));
  }
  return { text: blocks.join('\n\n'), shown };
}
