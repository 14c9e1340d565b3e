import { ForgeFailed } from '../../domain/errors.ts';
import type { RepositoryClient } from '../access.ts';
import { folderMode, type TreeEntry } from './object-id.ts';
import { recent } from './recent.ts';

/** A folder's entries by name, in git's order. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** A repository's objects by their ids. All throw `ForgeFailed`, with 404 for what is not there. */
export interface Objects {
  /** Id of a commit's tree. */
  rootOf(commit: string): Promise<string>;
  tree(id: string): Promise<Tree>;
  blob(id: string): Promise<Buffer>;
}

/** Reads objects of `owner/name`. What an id names never changes: commits and trees are asked for once. */
export function objectReader() {
  const roots = recent<string>(100);
  const trees = recent<Tree>(300);
  return (repository: string, github: () => Promise<RepositoryClient>): Objects => ({
    rootOf: (commit) =>
      roots(`${repository} ${commit}`, async () => {
        const { request, at } = await github();
        const route = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}';
        return (await request(route, { ...at, commit_sha: commit })).data.tree.sha;
      }),
    tree: (id) => trees(`${repository} ${id}`, async () => readTree(await github(), id)),
    async blob(id) {
      const { request, at } = await github();
      const route = 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}';
      const { data } = await request(route, { ...at, file_sha: id });
      return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
    },
  });
}

/** One folder. All folders at once would be cut short where a repository is large. */
async function readTree({ request, at }: RepositoryClient, tree_sha: string): Promise<Tree> {
  const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
  const { data } = await request(route, { ...at, tree_sha });
  if (data.truncated) {
    throw new ForgeFailed(
      `GitHub does not tell all that is in folder ${tree_sha}: it is too large`,
    );
  }
  return new Map(
    data.tree.map(({ path, mode, sha }) => [path, { mode: mode.replace(/^0/, ''), id: sha }]),
  );
}

/** What a tree has at a path. */
export async function entryAt(
  objects: Objects,
  root: string,
  path: string,
): Promise<TreeEntry | undefined> {
  let entry: TreeEntry | undefined = { mode: folderMode, id: root };
  for (const name of path.split('/')) {
    if (entry?.mode !== folderMode) return undefined;
    entry = (await objects.tree(entry.id)).get(name);
  }
  return entry;
}

/** Every file below a folder, with its path. */
export async function* filesBelow(
  objects: Objects,
  tree: string,
  folder: string,
): AsyncGenerator<readonly [string, TreeEntry]> {
  for (const [name, entry] of await objects.tree(tree)) {
    const path = `${folder}/${name}`;
    if (entry.mode === folderMode) yield* filesBelow(objects, entry.id, path);
    else yield [path, entry];
  }
}
