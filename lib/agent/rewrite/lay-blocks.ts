import { posix } from 'node:path';
import { type Draft, textIn, withText, writeFault } from './draft.ts';
import { fileBlocks } from './file-blocks.ts';
import type { Sources } from './sources.ts';
import { spliced } from './splice.ts';
import type { Said } from './talk.ts';

/** Which files a reply may write. */
export interface Offer {
  /** Files that were shown; a block without a path is taken for the only one. */
  readonly shown: readonly string[];
  /** Why this path may not be written in this step, in words for the model. */
  readonly refuse: (path: string) => string | undefined;
  /** Where a part of a file belongs in it; undefined where the part is no such part. */
  readonly place?: (text: string, part: string) => string | undefined;
}

/** Lays the files of a reply over a draft. `fault` says what is wrong with the reply, for the model. */
export async function layBlocks(
  said: Said,
  start: Draft,
  sources: Sources,
  offer: Offer,
): Promise<{ readonly draft: Draft } | { readonly fault: string }> {
  const blocks = fileBlocks(said.text, offer.shown);
  if (said.cutOff) return { fault: 'The reply was cut off at the length limit. Be shorter.' };
  if (blocks.length === 0) return { fault: `The reply holds no fenced code block. ${form}` };
  const refused: string[] = [];
  let draft = start;
  for (const block of blocks) {
    const path = pathOf(block.path, offer.shown);
    if (path === undefined) continue;
    const fault = writeFault(sources, path) ?? offer.refuse(path);
    if (fault !== undefined) {
      refused.push(fault);
      continue;
    }
    const before = await textIn(draft, sources, path);
    const placed = before === undefined ? undefined : (offer.place ?? spliced)(before, block.text);
    draft = await withText(draft, sources, path, placed ?? block.text);
  }
  if (same(draft, start)) return { fault: unchanged(refused) };
  return { draft };
}

const form = "Give the whole file in a fenced code block with the file's path in its opening line.";

function unchanged(refused: readonly string[]): string {
  if (refused.length > 0) return `Nothing was changed: ${[...new Set(refused)].join('; ')}.`;
  return `The reply changes nothing: the files are the same as before. ${form}`;
}

/** The path a block is for; a bare or wrong folder is put right where only one shown file has that name. */
function pathOf(given: string | undefined, shown: readonly string[]): string | undefined {
  if (given === undefined) return shown.length === 1 ? shown[0] : undefined;
  if (shown.includes(given)) return given;
  const like = shown.filter((path) => posix.basename(path) === posix.basename(given));
  return like.length === 1 ? like[0] : given;
}

function same(a: Draft, b: Draft): boolean {
  return a.size === b.size && [...a].every(([path, file]) => b.get(path)?.content === file.content);
}
