import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Octokit } from '@octokit/core';
import { failure, type Running, repo, startRunning } from './running.ts';

let running: Running;
let app: Octokit;

beforeAll(async () => {
  running = await startRunning();
  app = await running.installation();
});
afterAll(() => running.stop());

/** Commits one file on a new branch through the Git Data API. */
async function commitFile(branch: string, path: string, content: string): Promise<string> {
  const parent = (
    await app.request('GET /repos/{owner}/{repo}/branches/{branch}', {
      ...repo,
      branch: 'main',
    })
  ).data.commit;
  const blob = await app.request('POST /repos/{owner}/{repo}/git/blobs', {
    ...repo,
    content: Buffer.from(content).toString('base64'),
    encoding: 'base64',
  });
  const tree = await app.request('POST /repos/{owner}/{repo}/git/trees', {
    ...repo,
    base_tree: parent.commit.tree.sha,
    tree: [{ path, mode: '100644', type: 'blob', sha: blob.data.sha }],
  });
  const commit = await app.request('POST /repos/{owner}/{repo}/git/commits', {
    ...repo,
    message: 'Add up',
    tree: tree.data.sha,
    parents: [parent.sha],
  });
  await app.request('POST /repos/{owner}/{repo}/git/refs', {
    ...repo,
    ref: `refs/heads/${branch}`,
    sha: commit.data.sha,
  });
  return commit.data.sha;
}

async function openPull(branch: string, more: { draft?: boolean; body?: string } = {}) {
  const { data } = await app.request('POST /repos/{owner}/{repo}/pulls', {
    ...repo,
    title: 'Add up',
    head: branch,
    base: 'main',
    ...more,
  });
  return data;
}

describe('from commit to merge', () => {
  test('a draft is reviewed, made ready, merged in git, and closes its issue', async () => {
    const { playground } = running;
    const issue = await playground
      .createIssue({
        repository: 'acme/widgets',
        title: 'sum subtracts',
        body: '1 + 1 is 0',
        author: 'sam',
      })
      .catch((error: Error) => error);
    expect(issue).toBeInstanceOf(Error); // sam may not see it
    const { number } = await playground.createIssue({
      repository: 'acme/widgets',
      title: 'sum subtracts',
      body: '1 + 1 is 0',
      author: 'rob',
    });
    const sha = await commitFile('fix/sum', 'src/sum.js', 'export const sum = (a, b) => a + b;\n');
    const commit = await app.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...repo,
      commit_sha: sha,
    });
    expect(commit.data.verification).toMatchObject({ verified: true, reason: 'valid' });
    expect(commit.data.committer.name).toBe('GitHub');
    expect(commit.data.author.name).toBe('entropy[bot]');

    const pull = await openPull('fix/sum', { draft: true, body: `Closes #${number}` });
    expect(pull).toMatchObject({ draft: true, mergeable: true, mergeable_state: 'draft' });
    expect(pull.user.type).toBe('Bot');
    const at = { ...repo, pull_number: pull.number };

    const files = await app.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', at);
    expect(files.data).toMatchObject([
      { filename: 'src/sum.js', status: 'modified', additions: 1, deletions: 1 },
    ]);
    expect(files.data[0]?.patch).toContain('+export const sum = (a, b) => a + b;');

    const merge = (more = {}) =>
      app.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', { ...at, ...more });
    expect(await failure(merge())).toMatchObject({ status: 405 });

    const comment = { path: 'src/sum.js', line: 1, side: 'RIGHT' as const, body: 'Right.' };
    const review = (event: 'COMMENT' | 'APPROVE' | 'REQUEST_CHANGES', comments = [comment]) =>
      app.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
        ...at,
        event,
        body: 'Looks right',
        commit_id: sha,
        comments,
      });
    expect((await review('COMMENT')).data).toMatchObject({ state: 'COMMENTED', commit_id: sha });
    const own = await failure(review('APPROVE'));
    expect(own).toMatchObject({
      status: 422,
      errors: ['Can not approve your own pull request'],
    });
    expect((await failure(review('REQUEST_CHANGES'))).status).toBe(422);
    expect((await failure(review('COMMENT', [{ ...comment, line: 7 }]))).status).toBe(422);
    expect((await failure(review('COMMENT', [{ ...comment, path: 'no' }]))).status).toBe(422);
    const comments = await app.request(
      'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments',
      at,
    );
    expect(comments.data).toMatchObject([{ path: 'src/sum.js', line: 1, body: 'Right.' }]);

    const check = await app.request('POST /repos/{owner}/{repo}/check-runs', {
      ...repo,
      name: 'entropy',
      head_sha: sha,
      status: 'in_progress',
    });
    await app.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
      ...repo,
      check_run_id: check.data.id,
      conclusion: 'success',
      output: { title: 'Good', summary: 'All of it' },
    });
    const checks = await app.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...repo,
      ref: sha,
    });
    expect(checks.data).toMatchObject({
      total_count: 1,
      check_runs: [{ status: 'completed', conclusion: 'success', pull_requests: [{}] }],
    });

    const ready = await app.graphql<{ m: unknown }>(
      `mutation Ready($id: ID!) {
        m: markPullRequestReadyForReview(input: {pullRequestId: $id}) {
          pullRequest { id number isDraft }
        }
      }`,
      { id: pull.node_id },
    );
    expect(ready.m).toEqual({
      pullRequest: { id: pull.node_id, number: pull.number, isDraft: false },
    });

    expect(await failure(merge({ sha: 'f'.repeat(40) }))).toMatchObject({
      status: 409,
      message: expect.stringMatching(/^Head branch was modified/),
    });
    const merged = await merge({ sha });
    expect(merged.data.merged).toBe(true);
    const main = await app.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...repo,
      commit_sha: merged.data.sha,
    });
    expect(main.data.parents.map((parent) => parent.sha)).toEqual([running.seeded.commit, sha]);
    const closed = await app.request('GET /repos/{owner}/{repo}/issues/{issue_number}', {
      ...repo,
      issue_number: number,
    });
    expect(closed.data).toMatchObject({ state: 'closed', state_reason: 'completed' });
    const after = await app.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', at);
    expect(after.data).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merged.data.sha,
      merged_by: { login: 'entropy[bot]' },
    });
    expect((await failure(merge())).status).toBe(405);
  });

  test('one open pull request a branch; a squash leaves one parent', async () => {
    const head = await commitFile('feat/b', 'b.txt', 'b\n');
    const pull = await openPull('feat/b');
    expect(await failure(openPull('feat/b'))).toMatchObject({
      status: 422,
      message: 'Validation Failed',
      errors: [{ message: 'A pull request already exists for acme:feat/b.' }],
    });
    const found = await app.request('GET /repos/{owner}/{repo}/pulls', {
      ...repo,
      head: 'acme:feat/b',
      state: 'all',
    });
    expect(found.data.map((each) => each.number)).toEqual([pull.number]);
    const merged = await app.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
      ...repo,
      pull_number: pull.number,
      merge_method: 'squash',
      sha: head,
    });
    const commit = await app.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...repo,
      commit_sha: merged.data.sha,
    });
    expect(commit.data.parents).toHaveLength(1);
    expect(commit.data.message).toBe(`Add up (#${pull.number})`);
  });

  test('a conflict is not mergeable', async () => {
    await commitFile('one', 'same.txt', 'one\n');
    await commitFile('two', 'same.txt', 'two\n');
    const one = await openPull('one');
    const two = await openPull('two');
    const merge = (number: number) =>
      app.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
        ...repo,
        pull_number: number,
      });
    await merge(one.number);
    expect((await failure(merge(two.number))).status).toBe(405);
    const after = await app.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', {
      ...repo,
      pull_number: two.number,
    });
    expect(after.data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
  });

  test('PATCH changes the text and not the draft', async () => {
    await commitFile('patch', 'p.txt', 'p\n');
    const pull = await openPull('patch', { draft: true });
    const { data } = await app.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      ...repo,
      pull_number: pull.number,
      body: 'new',
      draft: false,
    } as never);
    expect(data).toMatchObject({ body: 'new', draft: true });
  });
});

describe('references', () => {
  test('are made once and move forward only', async () => {
    const sha = await commitFile('ref/a', 'r.txt', 'r\n');
    const create = () =>
      app.request('POST /repos/{owner}/{repo}/git/refs', { ...repo, ref: 'refs/heads/ref/a', sha });
    expect(await failure(create())).toMatchObject({
      status: 422,
      message: 'Reference already exists',
    });
    const move = (to: string, force?: boolean) =>
      app.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
        ...repo,
        ref: 'heads/ref/a',
        sha: to,
        ...(force ? { force } : {}),
      });
    expect(await failure(move(running.seeded.commit))).toMatchObject({
      status: 422,
      message: 'Update is not a fast forward',
    });
    await move(running.seeded.commit, true);
    const { data } = await app.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...repo,
      ref: 'heads/ref/a',
    });
    expect(data.object.sha).toBe(running.seeded.commit);
  });

  test('a tree without a file that its base has', async () => {
    const { data: base } = await app.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      ...repo,
      tree_sha: running.seeded.commit,
      recursive: '1',
    });
    expect(base.tree.map((entry) => entry.path)).toEqual(['README.md', 'src', 'src/sum.js']);
    const remove = (path: string) =>
      app.request('POST /repos/{owner}/{repo}/git/trees', {
        ...repo,
        base_tree: base.sha,
        tree: [{ path, mode: '100644', type: 'blob', sha: null }],
      });
    expect((await remove('src/sum.js')).data.tree.map((entry) => entry.path)).toEqual([
      'README.md',
    ]);
    expect((await failure(remove('no.txt'))).status).toBe(422);
  });
});

describe('at the same time', () => {
  test('the same branch, and the same pull request, are made once', async () => {
    const sha = await commitFile('twice', 't.txt', 't\n');
    const ref = { ...repo, ref: 'refs/heads/race', sha };
    const both = await Promise.allSettled(
      [1, 2].map(() => app.request('POST /repos/{owner}/{repo}/git/refs', ref)),
    );
    expect(both.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    const pulls = await Promise.allSettled([openPull('race'), openPull('race')]);
    expect(pulls.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

test('a pull request tells its story in webhooks, and on a page where it is public', async () => {
  const open = await startRunning({ private: false });
  const { playground, seeded } = open;
  // Nobody listens there: the log keeps what was sent.
  await playground.addWebhook({ url: 'http://127.0.0.1:9/', secret: 's' });
  const mia = await open.user('mia');
  const tree = await mia.request('POST /repos/{owner}/{repo}/git/trees', {
    ...repo,
    base_tree: seeded.commit,
    tree: [{ path: 'n.txt', mode: '100644', content: '<n>\n' }],
  });
  const commitOn = async (parent: string) =>
    (
      await mia.request('POST /repos/{owner}/{repo}/git/commits', {
        ...repo,
        message: 'n',
        tree: tree.data.sha,
        parents: [parent],
      })
    ).data.sha;
  const one = await commitOn(seeded.commit);
  const two = await commitOn(one);
  const ref = { ...repo, ref: 'refs/heads/n', sha: one };
  await mia.request('POST /repos/{owner}/{repo}/git/refs', ref);
  const issue = { repository: 'acme/widgets', title: 'n', body: '', author: 'rob' };
  const { number } = await playground.createIssue(issue);
  const pull = { ...repo, title: '<b>n</b>', body: `Fixes #${number}`, head: 'n', base: 'main' };
  const { data } = await mia.request('POST /repos/{owner}/{repo}/pulls', pull);
  const moved = { ...repo, ref: 'heads/n', sha: two };
  await mia.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', moved);
  const at = { ...repo, pull_number: data.number };
  const review = { ...at, event: 'APPROVE' as const };
  const rob = await open.user('rob');
  await rob.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', review);
  const page = await fetch(data.html_url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('&lt;b&gt;n&lt;/b&gt; #2');
  await mia.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', at);
  await playground.settled();
  const sent = (await playground.deliveries()).map(({ event, action }) => `${event}.${action}`);
  expect(sent.sort()).toEqual([
    'issues.closed',
    'issues.opened',
    'pull_request.closed',
    'pull_request.opened',
    'pull_request.synchronize',
    'pull_request_review.submitted',
  ]);
  await open.stop();
});
