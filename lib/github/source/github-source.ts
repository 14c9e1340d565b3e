import { RepositoryInvalid } from '../../domain/errors.ts';
import type { RepositoryRef } from '../../domain/run.ts';
import type { PinStore, Source } from '../../domain/source.ts';
import { accessTo, type GitHubAccess, type RepositoryClient } from '../access.ts';
import { folderMode, isRegular } from './object-id.ts';
import { entryAt, type Objects, objectReader } from './objects.ts';
import { onDemand } from './on-demand.ts';
import { layOver, treeOfFolder } from './overlay.ts';
import { patchOf } from './patch.ts';
import { latestOf, pinOf } from './pin.ts';
import { rebaseFiles } from './rebase.ts';
import { subjectsOf } from './subjects.ts';

/** What work on a repository is given. */
interface Opened {
  readonly objects: Objects;
  /** GitHub, with a token that may read contents, made when it is asked for first. */
  readonly github: () => Promise<RepositoryClient>;
}

/**
 * `Source` over GitHub's REST API, for places without git and without a disk: trees and patches are made
 * here. Throws `ForgeFailed`, and `ForgeUnavailable` where a later try may go through.
 */
export function gitHubSource(access: GitHubAccess, pins: PinStore): Source {
  const read = objectReader();
  const within = <T>({ name }: RepositoryRef, work: (opened: Opened) => Promise<T>): Promise<T> =>
    onDemand(accessTo(name, access), { contents: 'read' }, (github) =>
      work({ objects: read(name, github), github }),
    );
  const latest: Source['latest'] = ({ repository }) =>
    within(repository, async ({ github }) => latestOf(await github()));
  return {
    latest,
    pin: (run) =>
      within(run.repository, ({ objects, github }) =>
        pinOf(pins, run, async () => latestOf(await github()), objects),
      ),
    repin: async ({ id }, { branch, commit }) => pins.move(id, { branch, commit: checked(commit) }),
    rebase: (repository, change) =>
      within(repository, ({ objects }) => {
        checked(change.onto);
        checked(change.from);
        return rebaseFiles(objects, change);
      }),
    read: (repository, commit, path) =>
      within(repository, async ({ objects }) => {
        const entry = await entryAt(objects, await objects.rootOf(checked(commit)), path);
        return entry && isRegular(entry) ? objects.blob(entry.id) : undefined;
      }),
    names: (repository, commit, folder) =>
      within(repository, async ({ objects }) => {
        const root = await objects.rootOf(checked(commit));
        if (folder === '') return [...(await objects.tree(root)).keys()];
        const entry = await entryAt(objects, root, folder);
        return entry?.mode === folderMode ? [...(await objects.tree(entry.id)).keys()] : [];
      }),
    subjects: (repository, commit, limit) =>
      within(repository, async ({ github }) => subjectsOf(await github(), checked(commit), limit)),
    treeOf: (repository, commit, files) =>
      within(repository, async ({ objects }) =>
        treeOfFolder((await layOver(objects, checked(commit), files)).root),
      ),
    diff: (repository, commit, files) =>
      within(repository, async ({ objects }) =>
        patchOf(objects, await layOver(objects, checked(commit), files)),
      ),
  };
}

/** GitHub takes branches' names as well, which may lead elsewhere next time. */
function checked(commit: string): string {
  if (/^[0-9a-f]{40}$/.test(commit)) return commit;
  throw new RepositoryInvalid('not the id of a commit');
}
