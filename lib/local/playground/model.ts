/** What a person may do in a repository, weakest first. */
export const roles = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof roles)[number];

/** A user, an organization or an App's bot. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
}

/** The App on one owner's account: all of the owner's repositories. */
export interface Installation {
  readonly id: number;
  readonly owner: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Comment {
  readonly id: number;
  readonly author: string;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
  /** Why it is folded away, where it is. */
  minimized?: string;
}

/** An entry of an issue's event list; `label` and `assignee` where the event is about one. */
export interface IssueEvent {
  readonly id: number;
  readonly event:
    | 'labeled'
    | 'unlabeled'
    | 'assigned'
    | 'unassigned'
    | 'closed'
    | 'reopened'
    | 'renamed'
    | 'merged'
    | 'ready_for_review'
    | 'convert_to_draft';
  readonly actor: string;
  readonly createdAt: string;
  readonly label?: string;
  readonly assignee?: string;
  readonly commit?: string;
}

export interface ReviewComment {
  readonly id: number;
  readonly path: string;
  readonly line: number;
  readonly side: 'LEFT' | 'RIGHT';
  readonly startLine?: number;
  readonly body: string;
  readonly hunk: string;
  readonly commit: string;
}

export interface Review {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly state: 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED';
  readonly commit: string;
  readonly submittedAt: string;
  readonly comments: readonly ReviewComment[];
}

/** How large a pull request is. */
export interface PullSize {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly files: number;
}

/** What a pull request has beyond an issue. `baseSha` is the base branch's head as last seen. */
interface Pull {
  readonly nodeId: string;
  readonly headRef: string;
  readonly reviews: Review[];
  headSha: string;
  baseRef: string;
  baseSha: string;
  draft: boolean;
  /** Logins. */
  requestedReviewers?: string[];
  /** What the head has beyond the base, as last counted. */
  size: PullSize;
  merged?: { readonly at: string; readonly by: string; readonly commit: string };
}

/** An issue, or a pull request where `pull` is there; both count from one sequence of numbers. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  readonly createdAt: string;
  readonly comments: Comment[];
  readonly events: IssueEvent[];
  readonly pull?: Pull;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'reopened' | null;
  labels: string[];
  assignees: string[];
  updatedAt: string;
  closedAt?: string;
  closedBy?: string;
}

/** A pull request: an issue whose pull part is known to be there. */
export type PullIssue = Issue & { readonly pull: Pull };

export interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  readonly startedAt: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  completedAt: string | null;
  externalId: string;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
}

/** What somebody said of a commit, under a name of its own. */
export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: string;
  readonly createdAt: string;
}

export interface Repository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly description: string | null;
  /** False where the plan has no draft pull requests. */
  readonly drafts: boolean;
  readonly createdAt: string;
  readonly collaborators: Record<string, Role>;
  readonly labels: Label[];
  readonly issues: Issue[];
  readonly checkRuns: CheckRun[];
  statuses?: CommitStatus[];
  /** Commits that the forge made and signed itself. */
  readonly verified: string[];
}

/** All that is not in git. Plain JSON, and free of secrets. */
export interface State {
  lastId: number;
  readonly accounts: Account[];
  readonly installations: Installation[];
  readonly repositories: Repository[];
}
