import type { FileChange } from './handoff.ts';

/** A question of an earlier run on the same issue, and what a person with write permission answered. */
export interface Answered {
  readonly question: string;
  readonly answer: string;
  readonly by: string;
}

/** An issue as it was when the run began. Its texts are untrusted. */
export interface IssueSnapshot {
  readonly key: string;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly labels: readonly string[];
  readonly state: 'open' | 'closed';
  readonly url: string;
  readonly comments: readonly { readonly author: string; readonly body: string }[];
  /** Oldest first; there where the run goes on after a question. */
  readonly answers?: readonly Answered[];
}

/** Whose name stands on commits. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** A commit to be made: `files` over the tree of `parent`. */
export interface CommitRequest {
  readonly branch: string;
  /** The commit's parent: the base, or the branch's present head. */
  readonly parent: string;
  /** Second parent: a base that the branch does not hold yet. */
  readonly merges?: string;
  /** Commit whose tree `files` are relative to. */
  readonly base: string;
  readonly files: readonly FileChange[];
  readonly message: string;
  /** Who signs it off in the message: must be who stands on it as its author. */
  readonly signer?: Identity;
}
export interface CommitReceipt {
  readonly commit: string;
  readonly tree: string;
}

/** A pull request as far as the lifecycle cares. */
export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly head: string;
  readonly draft: boolean;
  readonly state: 'open' | 'closed' | 'merged';
  /** The merge commit, once merged. */
  readonly mergeCommit?: string;
}

/** Inline comment of a review. */
export interface InlineComment {
  readonly path: string;
  readonly line: number;
  readonly body: string;
}

/** A comment of ours. */
export interface PostedComment {
  readonly id: string;
  readonly url: string;
}

/**
 * Where the issue and the pull request live: GitHub, or a local repository that stands for it. Each
 * write has a `find` beside it, so that an effect whose answer was lost is found before it is repeated.
 * Reading needs no authority of the publisher; each write asks for the least permission. All throw
 * `ForgeFailed`.
 */
export interface Forge {
  readIssue(issue: string): Promise<IssueSnapshot>;
  /** Whether not everybody may read the repository. */
  isPrivate(): Promise<boolean>;
  /** Open pull requests that say they close the issue, but for the run's own branch. */
  openPullRequestsFor(issue: string, ownBranch: string): Promise<readonly PullRequest[]>;
  /** Open pull requests from branches of ours, whichever run's. */
  openAgentPullRequests(): Promise<readonly (PullRequest & { readonly branch: string })[]>;
  /** Head commit of a branch and its tree, or undefined where there is none. */
  findBranch(branch: string): Promise<CommitReceipt | undefined>;
  /** Who a commit is by that names no author. */
  identity(): Promise<Identity>;
  /** Commits and moves the branch (created where missing); refuses any but a fast-forward. */
  commit(request: CommitRequest): Promise<CommitReceipt>;
  /** The pull request from that branch, in any state. */
  findPullRequest(branch: string): Promise<PullRequest | undefined>;
  createPullRequest(request: {
    readonly branch: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
    readonly draft: boolean;
  }): Promise<PullRequest>;
  /** Replaces the pull request's body. Idempotent. */
  describePullRequest(number: number, body: string): Promise<void>;
  /** A comment of ours on the issue or pull request that contains `marker`. */
  findComment(issue: string, marker: string): Promise<PostedComment | undefined>;
  comment(issue: string, body: string): Promise<PostedComment>;
  /** Replaces a comment's text. Idempotent. */
  editComment(issue: string, id: string, body: string): Promise<PostedComment>;
  /** Folds away our comments on the issue that contain `marker`, but for the one with the id `but`. Idempotent. */
  foldComments(issue: string, marker: string, but: string): Promise<void>;
  /** Sets one label and removes others of ours. Idempotent. */
  label(issue: string, add: readonly string[], remove: readonly string[]): Promise<void>;
  findReview(number: number, marker: string): Promise<{ readonly url: string } | undefined>;
  /** A COMMENT review; comments that do not fit the diff go into the body. */
  review(request: {
    readonly number: number;
    readonly commit: string;
    readonly body: string;
    readonly comments: readonly InlineComment[];
  }): Promise<{ readonly url: string }>;
  /** The verdict as a check run on the commit; found again by name and commit. Idempotent. */
  checkRun(request: {
    readonly commit: string;
    readonly name: string;
    /** Left out while it is still to come. */
    readonly conclusion?: 'success' | 'failure' | 'neutral';
    readonly title: string;
    readonly summary: string;
  }): Promise<{ readonly url: string }>;
  /**
   * Asks people (`@user`) and teams (`@org/team`) to review; who can't be asked is left out. Gives those who
   * were asked. Idempotent.
   */
  requestReviewers(number: number, owners: readonly string[]): Promise<readonly string[]>;
  /** Takes the pull request out of draft. Idempotent. */
  markReady(number: number): Promise<void>;
  /** Merges if the head is still `head`. Finds a merge already done. */
  merge(number: number, head: string): Promise<{ readonly commit: string }>;
}
