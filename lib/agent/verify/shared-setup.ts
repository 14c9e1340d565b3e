import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Sharing } from '../checks/ecosystem.ts';
import { type Bench, keep, restore } from './checkout.ts';
import { entriesOf, gitIn } from './git.ts';

/** More that set-up left in the tree is not looked through. */
const mostEntries = 20;

/**
 * The name under which what set-up makes of a tree is kept: equal for trees of equal dependency lists.
 * Undefined where what it makes can depend on more than those.
 */
export async function sharedName(
  bench: Bench,
  sharing: Sharing,
  plan: string,
): Promise<string | undefined> {
  const git = bench.inRepository;
  const hash = createHash('sha256');
  for (const [path, { object }] of await entriesOf(git, plan)) {
    if (sharing.lists(path)) {
      const text = (await git(['cat-file', 'blob', object])).toString('utf8');
      if (sharing.refuses?.(path, text)) return undefined;
      hash.update(`${path}\0${object}\n`);
    } else if (sharing.names?.(path)) hash.update(`${path}\n`);
  }
  return `setup-${hash.digest('hex').slice(0, 16)}`;
}

/** Keeps what set-up has just made, where all of it is of a kind that may be shared. */
export async function keepSetup(bench: Bench, sharing: Sharing, plan: string, name: string) {
  // What a later set-up fetched is not in the cache that every tree begins with.
  if (sharing.fillsCache && bench.kept.has('cache')) return;
  const git = gitIn(bench.tree, bench.path, bench.wrapper);
  await git(['read-tree', plan]);
  const said = await git(['ls-files', '--others', '--directory', '-z']);
  const entries = said.toString('utf8').split('\0').filter(Boolean);
  const kept = entries.filter((entry) => sharing.keeps?.test(entry));
  const others = entries.filter((entry) => !kept.includes(entry) && !sharing.drops?.test(entry));
  if (others.length > 0 || kept.length > mostEntries) return;
  for (const [at, entry] of kept.entries()) {
    await keep(bench, `${name}-${at}`, join(bench.tree, entry));
  }
  await keep(bench, `${name}-tools`, bench.tools);
  bench.kept.set(name, JSON.stringify(kept));
}

/** Puts what was kept under the name into the tree; false where there is none, or it is not what it was. */
export async function restoreSetup(bench: Bench, name: string): Promise<boolean> {
  const listed = bench.kept.get(name);
  if (listed === undefined) return false;
  const entries: string[] = JSON.parse(listed);
  for (const [at, entry] of entries.entries()) {
    if (!(await restore(bench, `${name}-${at}`, join(bench.tree, entry)))) return false;
  }
  return restore(bench, `${name}-tools`, bench.tools);
}
