import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StorageFailed } from '../../domain/errors.ts';

/** The pull request as kept beside its readable form. */
export interface WrittenPullRequest {
  readonly number: 1;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
}

/** What a local run wrote for people to read, as files in one folder. All calls throw `StorageFailed`. */
export interface Written {
  pullRequest(): Promise<WrittenPullRequest | undefined>;
  /** Writes `pull-request.md`, and the same as JSON. Replaces the one before. */
  writePullRequest(pull: WrittenPullRequest): Promise<void>;
  readonly pullRequestUrl: string;
  /** The first text of that kind with `marker` in it. */
  findText(kind: TextKind, marker: string): Promise<WrittenText | undefined>;
  addText(kind: TextKind, text: string): Promise<WrittenText>;
  /** Replaces the text with that id. */
  replaceText(kind: TextKind, id: string, text: string): Promise<WrittenText>;
  /** A file of that name with JSON in it, replaced as a whole. */
  writeJson(name: string, value: unknown): Promise<{ url: string }>;
  readJson(name: string): Promise<unknown>;
}
type TextKind = 'comments' | 'reviews';

/** A text that was written; `id` is its file's name. */
interface WrittenText {
  readonly id: string;
  readonly url: string;
}

/** Files in `stateDir`, which is made where missing. */
export function writtenIn(stateDir: string): Written {
  const place = (...parts: string[]) => join(stateDir, ...parts);
  const shown = (kind: TextKind, name: string) => ({
    id: name,
    url: pathToFileURL(place(kind, name)).href,
  });
  const readJson = async (name: string) => {
    const text = await read(place(name));
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  };
  const writeJson = async (name: string, value: unknown) => {
    await replace(place(name), `${JSON.stringify(value, undefined, 2)}\n`);
    return { url: pathToFileURL(place(name)).href };
  };
  return {
    pullRequestUrl: pathToFileURL(place('pull-request.md')).href,
    pullRequest: async () =>
      (await readJson('pull-request.json')) as WrittenPullRequest | undefined,
    async writePullRequest(pull) {
      const state = pull.draft ? 'draft' : 'ready';
      const head = `# ${pull.title}\n\n\`${pull.branch}\` into \`${pull.base}\` (${state})`;
      await replace(place('pull-request.md'), `${head}\n\n${pull.body}\n`);
      await writeJson('pull-request.json', pull);
    },
    async findText(kind, marker) {
      for (const name of await names(place(kind))) {
        const text = await read(place(kind, name));
        if (text?.includes(marker)) return shown(kind, name);
      }
      return undefined;
    },
    async addText(kind, text) {
      const next = String((await names(place(kind))).length + 1).padStart(4, '0');
      await replace(place(kind, `${next}.md`), `${text}\n`);
      return shown(kind, `${next}.md`);
    },
    async replaceText(kind, id, text) {
      await replace(place(kind, basename(id)), `${text}\n`);
      return shown(kind, basename(id));
    },
    readJson,
    writeJson,
  };
}

async function names(folder: string): Promise<string[]> {
  const found = await told(readdir(folder).catch(absent<string[]>));
  return (found ?? []).filter((name) => name.endsWith('.md')).sort();
}

async function read(path: string): Promise<string | undefined> {
  return told(readFile(path, 'utf8').catch(absent<string>));
}

/** Whole or not at all. */
async function replace(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  await told(
    mkdir(dirname(path), { recursive: true, mode: 0o700 })
      .then(() => writeFile(fresh, text, { flush: true }))
      .then(() => rename(fresh, path)),
  );
}

function absent<T>(error: NodeJS.ErrnoException): T | undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new StorageFailed((cause as Error).message, { cause });
  }
}
