import { ForgeFailed } from '../../domain/errors.ts';
import type { Forge, PullRequest } from '../../domain/forge.ts';
import type { GitEnvironment } from '../source/git.ts';
import { type Branches, branchesOf, localIdentity } from './branches.ts';
import { readIssueFile } from './issue-file.ts';
import { type Written, type WrittenPullRequest, writtenIn } from './written.ts';

/** One run on a repository of this machine. */
export interface LocalForgeOptions {
  /** The repository, a worktree of it, or a folder within. */
  readonly repositoryPath: string;
  /** Markdown file that holds the issue. */
  readonly issueFile: string;
  /** Folder of this run for what would be on GitHub otherwise. */
  readonly stateDir: string;
  readonly environment?: GitEnvironment;
}

/**
 * `Forge` without any GitHub: commits go to a branch of the repository, everything else becomes files in
 * `stateDir`. The only pull request has number 1. Nothing is merged here: a person does that.
 */
export function localForge(options: LocalForgeOptions): Forge {
  const branches = branchesOf(options.repositoryPath, options.environment);
  const written = writtenIn(options.stateDir);
  return {
    isPrivate: async () => true,
    readIssue: (issue) => readIssueFile(options.issueFile, issue),
    async openPullRequestsFor(_issue, ownBranch) {
      const pull = await written.pullRequest();
      if (pull === undefined || pull.branch === ownBranch) return [];
      return [await shown(pull, branches, written)];
    },
    // Branches of a local repository wait for nobody.
    openAgentPullRequests: async () => [],
    findBranch: branches.find,
    commit: branches.commit,
    identity: async () => localIdentity,
    ...pullRequests(branches, written),
    ...words(written),
  };
}

function pullRequests(branches: Branches, written: Written) {
  const change = async (number: number, to: Partial<WrittenPullRequest>) => {
    const pull = await written.pullRequest();
    if (pull?.number !== number) throw new ForgeFailed(`no pull request ${number}`);
    await written.writePullRequest({ ...pull, ...to });
  };
  return {
    async findPullRequest(branch) {
      const pull = await written.pullRequest();
      return pull?.branch === branch ? shown(pull, branches, written) : undefined;
    },
    async createPullRequest(request) {
      const { branch, base, title, body, draft } = request;
      const there = await written.pullRequest();
      if (there !== undefined) {
        throw new ForgeFailed(`a pull request from ${there.branch} is there already`, {
          status: 422,
        });
      }
      const pull = { number: 1, branch, base, title, body, draft } as const;
      const made = await shown(pull, branches, written);
      await written.writePullRequest(pull);
      return made;
    },
    describePullRequest: (number, body) => change(number, { body }),
    requestReviewers: async () => [],
    markReady: (number) => change(number, { draft: false }),
    async merge() {
      throw new ForgeFailed('a local repository is handed over; a person merges the branch');
    },
  } satisfies Partial<Forge>;
}

function words(written: Written) {
  return {
    findComment: (_issue, marker) => written.findText('comments', marker),
    comment: (_issue, body) => written.addText('comments', body),
    editComment: (_issue, id, body) => written.replaceText('comments', id, body),
    // Each run has a folder of its own, so there are no older ones.
    async foldComments() {},
    async label(_issue, add, remove) {
      const present = ((await written.readJson('labels.json')) ?? []) as string[];
      const kept = present.filter((label) => !remove.includes(label));
      await written.writeJson('labels.json', [...new Set([...kept, ...add])]);
    },
    findReview: (_number, marker) => written.findText('reviews', marker),
    async review({ body, comments }) {
      const inline = comments.map((one) => `\`${one.path}:${one.line}\`\n\n${one.body}`);
      return written.addText('reviews', [body, ...inline].join('\n\n---\n\n'));
    },
    async checkRun(request) {
      const name = request.name.replace(/[^A-Za-z0-9._-]+/g, '-');
      return written.writeJson(`check-${name}-${request.commit}.json`, request);
    },
  } satisfies Partial<Forge>;
}

async function shown(
  { number, branch, draft }: WrittenPullRequest,
  branches: Branches,
  { pullRequestUrl: url }: Written,
): Promise<PullRequest> {
  const head = await branches.find(branch);
  if (head === undefined) throw new ForgeFailed(`branch ${branch} is gone`);
  return { number, url, head: head.commit, draft, state: 'open' };
}
