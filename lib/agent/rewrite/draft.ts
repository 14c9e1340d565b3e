import { pathFault } from '../../domain/change-path.ts';
import type { ChangeSet, FileChange } from '../../domain/handoff.ts';
import { canonicalJson, sha256 } from '../../domain/ledger.ts';
import type { Sources } from './sources.ts';

/** A change that is being tried, file by file. Drafts are never altered: each try makes a new one. */
export type Draft = ReadonlyMap<string, FileChange>;

/** The draft of a change of an earlier round, or an empty one. */
export function draftOf(change: ChangeSet | undefined): Draft {
  return new Map((change?.files ?? []).map((file) => [file.path, file]));
}

/** What stands at the path in the draft over the base; undefined where nothing does, or no text. */
export async function textIn(
  draft: Draft,
  sources: Sources,
  path: string,
): Promise<string | undefined> {
  const file = draft.get(path);
  if (file === undefined) return sources.read(path);
  return file.content === null ? undefined : Buffer.from(file.content, 'base64').toString('utf8');
}

/** The draft with this text at the path; a file that is as in the base is no part of a change. */
export async function withText(
  draft: Draft,
  sources: Sources,
  path: string,
  text: string,
): Promise<Draft> {
  const next = new Map(draft);
  const base = await sources.read(path);
  const bytes = base !== undefined && isWindows(base) ? text.replace(/\r?\n/g, '\r\n') : text;
  next.delete(path);
  if (bytes === base) return next;
  const mode = sources.modeOf(path) === '100755' ? '100755' : '100644';
  return next.set(path, { path, mode, content: Buffer.from(bytes).toString('base64') });
}

const isWindows = (text: string) => text.includes('\r\n') && !/[^\r]\n/.test(text);

/** Why a model may not write there, in words for it; undefined where it may. */
export function writeFault(sources: Sources, path: string): string | undefined {
  const fault = pathFault(path);
  if (fault !== undefined)
    return `${JSON.stringify(path)} is not a path of this repository: ${fault}`;
  const mode = sources.modeOf(path);
  if (mode !== undefined && !mode.startsWith('100')) return `${path} is no regular file`;
  if (sources.kinds.isDefinition(path)) return `${path} says how tests are run; leave it alone`;
  return undefined;
}

/** The same digest for the same change. */
export function digestOfDraft(draft: Draft): string {
  return sha256(canonicalJson(filesOf(draft)));
}

/** The files of a draft, sorted by path. */
export function filesOf(draft: Draft): FileChange[] {
  return [...draft.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
