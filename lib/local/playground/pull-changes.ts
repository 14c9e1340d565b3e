import type { Scene } from './emit.ts';
import { diffOf } from './git/diff.ts';
import { commitsAhead } from './git/merge.ts';
import { branchHeads, isAncestor } from './git/objects.ts';
import { asPull, emitIssue, record, setState } from './issue-changes.ts';
import type { PullIssue, PullSize } from './model.ts';
import { timestamp } from './world.ts';

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b/gi;

/** Numbers of the issues that a text says it closes. */
function closedBy(text: string): number[] {
  return [...new Set([...text.matchAll(closing)].map((match) => Number(match[1])))];
}

/**
 * After branches have moved: a pull request's head follows its branch (`synchronize`), is closed when
 * the branch is gone, and counts as merged when its head has come into the base by other means.
 */
export async function followBranches(scene: Scene): Promise<void> {
  const { world, repository } = scene;
  const git = world.gitOf(repository);
  const heads = await branchHeads(git);
  for (const issue of repository.issues) {
    const pull = asPull(issue);
    if (pull === undefined || issue.state !== 'open') continue;
    const head = heads.get(pull.pull.headRef);
    const base = heads.get(pull.pull.baseRef);
    if (head === undefined) {
      setState(scene, issue, 'closed');
      continue;
    }
    if (head !== pull.pull.headSha) await moveHead(scene, pull, head);
    if (base === undefined || base === pull.pull.baseSha) continue;
    pull.pull.baseSha = base;
    if (await isAncestor(git, head, base)) finishMerge(scene, pull, head);
  }
}

async function moveHead(scene: Scene, issue: PullIssue, after: string): Promise<void> {
  const before = issue.pull.headSha;
  // Shown once all of it is there.
  const moved = { ...issue.pull, headSha: after };
  await publishHead(scene, { number: issue.number, pull: moved });
  Object.assign(issue.pull, { headSha: after, size: await sizeOf(scene, moved) });
  issue.updatedAt = timestamp(scene.world);
  emitIssue(scene, issue, 'synchronize', { before, after });
}

/** Counts what lies between the base and the head. */
export async function sizeOf(
  { world, repository }: Scene,
  { baseSha, headSha }: { readonly baseSha: string; readonly headSha: string },
): Promise<PullSize> {
  const git = world.gitOf(repository);
  const files = await diffOf(git, baseSha, headSha);
  const sum = (key: 'additions' | 'deletions') =>
    files.reduce((total, file) => total + file[key], 0);
  return {
    commits: await commitsAhead(git, baseSha, headSha),
    additions: sum('additions'),
    deletions: sum('deletions'),
    files: files.length,
  };
}

/** Keeps `refs/pull/N/head`, by which a pull request's head can be fetched. */
export async function publishHead(
  { world, repository }: Scene,
  issue: { readonly number: number; readonly pull: { readonly headSha: string } },
): Promise<void> {
  const ref = `refs/pull/${issue.number}/head`;
  await world.gitOf(repository).text(['update-ref', ref, issue.pull.headSha]);
}

/** Records a merge that is done in git, closes the pull request and the issues that it names. */
export function finishMerge(scene: Scene, issue: PullIssue, commit: string): void {
  const { world, repository, actor } = scene;
  issue.pull.merged = { at: timestamp(world), by: actor.login, commit };
  record(scene, issue, 'merged', { commit });
  setState(scene, issue, 'closed', null, commit);
  if (issue.pull.baseRef !== repository.defaultBranch) return;
  for (const number of closedBy(issue.body ?? '')) {
    const closed = repository.issues.find((each) => each.number === number && !each.pull);
    if (closed) setState(scene, closed, 'closed', 'completed', commit);
  }
}

/** Moves a pull request into or out of draft. Does nothing where it is so already. */
export function setDraft(scene: Scene, issue: PullIssue, draft: boolean): void {
  if (issue.pull.draft === draft) return;
  issue.pull.draft = draft;
  record(scene, issue, draft ? 'convert_to_draft' : 'ready_for_review');
  emitIssue(scene, issue, draft ? 'converted_to_draft' : 'ready_for_review');
}
