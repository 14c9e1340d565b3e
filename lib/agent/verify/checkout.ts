import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copy, digestOf } from './folder-digest.ts';
import { entriesOf, type Git, gitIn } from './git.ts';
import type { Kinds } from './kinds.ts';

/** Where Verify works, all of it under one folder of the workspace. */
export interface Bench {
  readonly root: string;
  /** Every tree stands here when it is used: some tools keep absolute paths. */
  readonly tree: string;
  /** Home and folder for temporary files, new for each tree. */
  readonly home: string;
  readonly temporary: string;
  readonly cache: string;
  /** Where a virtual environment or the like goes, outside the tree. */
  readonly tools: string;
  readonly repository: string;
  readonly base: string;
  /** The tools' PATH, for git. */
  readonly path: string;
  /** What outlives a tree, by name: the digest that it had before any code of the change ran. */
  readonly kept: Map<string, string>;
  /** What git is started through, see `gitIn`: what runs here may spoil the configuration it reads. */
  readonly wrapper: readonly string[];
  /** Git in `repository`, behind the wrapper as well where tools can write there. */
  readonly inRepository: Git;
}

/** Folders of a bench. */
export function benchIn(
  root: string,
  given: Pick<Bench, 'repository' | 'base' | 'path' | 'wrapper'> & { readonly spoiled: boolean },
): Bench {
  const { repository, base, path, wrapper, spoiled } = given;
  const at = (name: string) => join(root, name);
  return {
    root,
    tree: at('tree'),
    home: at('home'),
    temporary: at('tmp'),
    cache: at('cache'),
    tools: at('venv'),
    repository,
    base,
    path,
    kept: new Map(),
    wrapper,
    inRepository: gitIn(repository, path, spoiled ? wrapper : []),
  };
}

/** A clone at the base with the plan's tree in its working folder; whatever stood there is gone. */
export async function checkOut(bench: Bench, plan: string): Promise<void> {
  const fresh = [bench.tree, bench.home, bench.temporary, bench.tools, bench.cache];
  for (const folder of fresh) await removeAside(bench, folder);
  await restore(bench, 'cache', bench.cache);
  for (const folder of [bench.home, bench.temporary]) await mkdir(folder, { recursive: true });
  const above = gitIn(bench.root, bench.path, bench.wrapper);
  const copy = ['--local', '--no-hardlinks', '--no-checkout', '--quiet', uploadPack()];
  await above(['clone', ...copy, bench.repository, bench.tree]);
  const git = gitIn(bench.tree, bench.path, bench.wrapper);
  await git(['update-ref', '--no-deref', 'HEAD', bench.base]);
  await git(['remote', 'remove', 'origin']);
  await bringPlan(bench, git, plan);
  await git(['read-tree', plan]);
  await git(['checkout-index', '--all', '--force']);
}

/** The other side of a local clone reads none of the configuration that this one is given. */
const uploadPack = (settings = '') =>
  `--upload-pack=git -c 'safe.directory=*' ${settings} upload-pack`;

/** Of a shallow repository git copies only what branches lead to, and the plan's tree is on none. */
async function bringPlan(bench: Bench, git: Git, plan: string): Promise<void> {
  const shallow = await access(join(bench.tree, '.git/shallow')).then(
    () => true,
    () => false,
  );
  if (!shallow) return;
  const server = uploadPack('-c uploadpack.allowAnySHA1InWant=true');
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  await git(['fetch', ...quiet, server, bench.repository, plan]);
}

/** After set-up: tests and definitions as the plan pins them, whatever set-up did to them. */
export async function pinChecks(bench: Bench, plan: string, kinds: Kinds): Promise<void> {
  const git = gitIn(bench.tree, bench.path, bench.wrapper);
  await git(['read-tree', plan]);
  const paths = [...(await entriesOf(git, plan)).keys()];
  const pinned = paths.filter((path) => kinds.isTest(path) || kinds.isDefinition(path));
  const input = pinned.map((path) => `${path}\0`).join('');
  await git(['checkout-index', '--force', '-z', '--stdin'], { input });
}

/** Keeps a copy of a folder for later trees. Only for what no code of the change has had a hand in. */
export async function keep(bench: Bench, name: string, from: string): Promise<void> {
  const to = join(bench.root, 'kept', name);
  await removeAside(bench, to);
  await mkdir(join(bench.root, 'kept'), { recursive: true });
  await copy(from, to);
  bench.kept.set(name, await digestOf(to));
}

/** Puts a kept folder in its place again; false where there is none, or it is not what it was. */
export async function restore(bench: Bench, name: string, to: string): Promise<boolean> {
  const digest = bench.kept.get(name);
  if (digest === undefined) return false;
  await copy(join(bench.root, 'kept', name), to);
  // The copy is what counts: the kept one may be changed at any time.
  if ((await digestOf(to)) === digest) return true;
  await removeAside(bench, to);
  return false;
}

/** A rename first: what a test left running there must not find its way back into the next tree. */
async function removeAside(bench: Bench, path: string): Promise<void> {
  const aside = join(bench.root, `gone-${crypto.randomUUID()}`);
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true, maxRetries: 3 });
}
