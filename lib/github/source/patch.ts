import { binaryPatch, isBinary } from './binary-patch.ts';
import { changesOf, type FileEdit } from './changes.ts';
import { hunksBetween } from './hunks.ts';
import type { TreeEntry } from './object-id.ts';
import type { Objects } from './objects.ts';
import type { Overlay } from './overlay.ts';

const none = '0'.repeat(40);

/** What files laid over a commit change in it, as a patch that `git apply` takes. */
export async function patchOf(objects: Objects, overlay: Overlay): Promise<string> {
  const bytesOf = async ({ mode, id }: TreeEntry): Promise<Buffer> => {
    const known = overlay.contents.get(id);
    if (known !== undefined) return known;
    return mode === '160000' ? Buffer.from(`Subproject commit ${id}\n`) : objects.blob(id);
  };
  let patch = '';
  for (const { path, before, after } of await changesOf(objects, overlay)) {
    const other = before !== undefined && after !== undefined && kindOf(before) !== kindOf(after);
    // A file that becomes a link is one that goes and one that comes.
    const edits = other
      ? [
          { path, before, after: undefined },
          { path, before: undefined, after },
        ]
      : [{ path, before, after }];
    for (const edit of edits) patch += await filePatch(edit, bytesOf);
  }
  return patch;
}

/** Regular, link or submodule. */
function kindOf({ mode }: TreeEntry): string {
  return mode.slice(0, 3);
}

async function filePatch(
  { path, before, after }: FileEdit,
  bytesOf: (entry: TreeEntry) => Promise<Buffer>,
): Promise<string> {
  const head = `diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}\n${modes(before, after)}`;
  if (before?.id === after?.id) return head;
  const mode = before?.mode === after?.mode ? ` ${before?.mode}` : '';
  const index = `index ${before?.id ?? none}..${after?.id ?? none}${mode}\n`;
  const old = before === undefined ? Buffer.alloc(0) : await bytesOf(before);
  const fresh = after === undefined ? Buffer.alloc(0) : await bytesOf(after);
  if (isBinary(old) || isBinary(fresh)) return `${head}${index}${binaryPatch(old, fresh)}`;
  const hunks = hunksBetween(old.toString('utf8'), fresh.toString('utf8'));
  if (hunks === '') return `${head}${index}`;
  const from = before === undefined ? '/dev/null' : named(`a/${path}`);
  const to = after === undefined ? '/dev/null' : named(`b/${path}`);
  return `${head}${index}--- ${from}\n+++ ${to}\n${hunks}`;
}

function modes(before: TreeEntry | undefined, after: TreeEntry | undefined): string {
  if (before === undefined) return `new file mode ${after?.mode}\n`;
  if (after === undefined) return `deleted file mode ${before.mode}\n`;
  return before.mode === after.mode ? '' : `old mode ${before.mode}\nnew mode ${after.mode}\n`;
}

/** A name with a space in it ends with a tab there. */
function named(path: string): string {
  return `${quoted(path)}${path.includes(' ') ? '\t' : ''}`;
}

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** As git quotes a path: where it must. Letters of all languages stay what they are. */
function quoted(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be quoted
  const text = path.replace(/[\x00-\x1f\x7f"\\]/g, (char) => {
    const octal = char.charCodeAt(0).toString(8).padStart(3, '0');
    return escapes[char] ?? `\\${octal}`;
  });
  return text === path ? path : `"${text}"`;
}
