import { join } from 'node:path';
import { RepositoryInvalid } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import type { RepositoryRef } from '../../domain/run.ts';
import type { Source } from '../../domain/source.ts';
import { type GitEnvironment, git, runGit } from './git.ts';
import { overlayTree } from './overlay.ts';
import { patchBetween } from './patch.ts';
import {
  fetchLocal,
  fetchRemote,
  findPin,
  movePin,
  type Pin,
  pinAs,
  pinLocal,
  pinRemote,
  type Remote,
} from './pin.ts';
import { rebaseFiles } from './rebase.ts';

/** What a mirror needs. */
export interface MirrorOptions {
  readonly dataDir: string;
  /** Where GitHub repositories are fetched from; not needed for local ones. */
  readonly remoteOf?: (repository: RepositoryRef) => Promise<Remote>;
  readonly environment?: GitEnvironment;
}

/** The bare repository that stands for `repository` in the data folder. */
export function mirrorPathOf(dataDir: string, repository: RepositoryRef): string {
  const name = sha256(`${repository.forge}:${repository.name}`).slice(0, 32);
  return join(dataDir, 'mirrors', `${name}.git`);
}

/** `Source` over bare mirrors in the data folder. Submodules and LFS pointers stay what they are. */
export function sourceMirror(options: MirrorOptions): Source {
  const { dataDir, environment } = options;
  const pathOf = (repository: RepositoryRef) => mirrorPathOf(dataDir, repository);
  const treeOf: Source['treeOf'] = (repository, commit, files) =>
    overlayTree(pathOf(repository), checked(commit), files, environment);
  return {
    treeOf,
    async pin(run) {
      const mirror = pathOf(run.repository);
      const found = await findPin(mirror, run.id, environment);
      if (found !== undefined) return found;
      if (run.pass !== undefined) return pinAs(mirror, run.id, run.pass.run, environment);
      return bring(pinning, options, mirror, run);
    },
    latest: (run) => bring(fetching, options, pathOf(run.repository), run),
    repin: (run, base) => movePin(pathOf(run.repository), run.id, base, environment),
    rebase: (repository, change) => rebaseFiles(pathOf(repository), change, environment),
    async read(repository, commit, path) {
      const mirror = pathOf(repository);
      const where = ['--git-dir', mirror, 'ls-tree', '-z', checked(commit), '--', path];
      const entry = (await git(where, { environment })).toString();
      const blob = /^100\d{3} blob ([0-9a-f]+)\t([^\0]*)\0$/.exec(entry);
      if (blob?.[1] === undefined || blob[2] !== path) return undefined;
      return git(['--git-dir', mirror, 'cat-file', 'blob', blob[1]], { environment });
    },
    async names(repository, commit, folder) {
      const tree = folder === '' ? checked(commit) : `${checked(commit)}:${folder}`;
      const args = ['--git-dir', pathOf(repository), 'ls-tree', '-z', '--name-only', tree];
      const listed = await runGit(args, { environment });
      return listed.code === 0 ? listed.stdout.toString().split('\0').filter(Boolean) : [];
    },
    async subjects(repository, commit, limit) {
      const how = ['log', '--no-merges', '--format=%s', `--max-count=${limit}`, checked(commit)];
      const listed = await git(['--git-dir', pathOf(repository), ...how], { environment });
      return listed.toString().split('\n').filter(Boolean);
    },
    async diff(repository, commit, files) {
      const tree = await treeOf(repository, commit, files);
      return patchBetween(pathOf(repository), commit, tree, environment);
    },
  };
}

/** How a commit is brought from where a repository lives. */
interface Bringing {
  readonly local: typeof pinLocal;
  readonly remote: typeof pinRemote;
}
const pinning: Bringing = { local: pinLocal, remote: pinRemote };
const fetching: Bringing = { local: fetchLocal, remote: fetchRemote };

async function bring(
  how: Bringing,
  { remoteOf, environment }: MirrorOptions,
  mirror: string,
  { id, repository }: Parameters<Source['pin']>[0],
): Promise<Pin> {
  if (repository.forge === 'local') return how.local(mirror, id, repository.name, environment);
  if (remoteOf === undefined) {
    throw new RepositoryInvalid(`no access to GitHub is set up for ${repository.name}`);
  }
  const remote = await remoteOf(repository);
  try {
    return await how.remote(mirror, id, remote, environment);
  } finally {
    await remote.release?.();
  }
}

function checked(commit: string): string {
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) return commit;
  throw new RepositoryInvalid('not the id of a commit');
}
