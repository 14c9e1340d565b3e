import type { FileChange } from './handoff.ts';
import type { RepositoryRef, Run } from './run.ts';

/** The repository's content, pinned per run: what a sandbox clones from and what rules read. */
export interface Source {
  /**
   * Fetches the default branch (or the local HEAD) and pins its commit for the run; for one that publishes a
   * kept change, what the run that made it had pinned. Throws `NotFound` where that is gone.
   */
  pin(run: Pick<Run, 'id' | 'repository' | 'pass'>): Promise<{ branch: string; commit: string }>;
  /** Fetches the default branch anew (of a local repository, HEAD). Nothing is pinned. */
  latest(run: Pick<Run, 'id' | 'repository'>): Promise<{ branch: string; commit: string }>;
  /** Makes a commit that `latest` gave the run's base. The one before is kept. */
  repin(
    run: Pick<Run, 'id' | 'repository'>,
    base: { readonly branch: string; readonly commit: string },
  ): Promise<void>;
  /**
   * What a change made on `from` is on `onto`: merged by git. Where the two conflict, the paths are named and
   * the files hold git's marks.
   */
  rebase(
    repository: RepositoryRef,
    change: {
      readonly from: string;
      readonly onto: string;
      readonly files: readonly FileChange[];
    },
  ): Promise<{
    readonly files: readonly FileChange[];
    readonly conflicts: readonly string[];
  }>;
  /** Names in a folder of a commit (`''` is the root); none where there is no such folder. */
  names(repository: RepositoryRef, commit: string, folder: string): Promise<readonly string[]>;
  /** Subjects of the last commits that are no merges, newest first. */
  subjects(repository: RepositoryRef, commit: string, limit: number): Promise<readonly string[]>;
  /** A file of a commit, or undefined. */
  read(repository: RepositoryRef, commit: string, path: string): Promise<Buffer | undefined>;
  /** Tree id of the files laid over the commit. */
  treeOf(repository: RepositoryRef, commit: string, files: readonly FileChange[]): Promise<string>;
  /** The change as a patch a person can read and apply. */
  diff(repository: RepositoryRef, commit: string, files: readonly FileChange[]): Promise<string>;
}

/** A commit that stays the same for a run, and the branch it was taken from. */
export interface Pin {
  readonly branch: string;
  readonly commit: string;
}

/** Where pins are kept, by run. */
export interface PinStore {
  pinned(run: string): Promise<Pin | undefined>;
  /** Keeps the run's first pin; gives the one that stands then, which another may have kept before. */
  keep(run: string, pin: Pin): Promise<Pin>;
  /** Puts a pin in the place of the one before. */
  move(run: string, pin: Pin): Promise<void>;
}
