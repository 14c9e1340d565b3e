import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ForgeFailed } from '../../lib/domain/errors.ts';
import type { FileChange } from '../../lib/domain/handoff.ts';
import { githubForge } from '../../lib/github/github-forge.ts';
import { tokenMinter } from '../../lib/github/minter.ts';
import { playgroundWith } from './playground-fixture.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
beforeAll(async () => {
  github = await playgroundWith();
});
afterAll(async () => {
  expect(github.minted.every((one) => one.revoked)).toBe(true);
  await github.playground.close();
});

const file = (path: string, content: string | null): FileChange => ({
  path,
  mode: '100644',
  content: content === null ? null : Buffer.from(content).toString('base64'),
});
const branch = 'entropy/1-abcdef12';
const asMaria = async (path: string) =>
  (await github.playground.request('maria', 'GET', `/repos/octo/calc${path}`)).body as never;

describe('issues', () => {
  test('an issue is read with its comments', async () => {
    const { forge, issue, playground, repository } = github;
    await playground.comment({ repository, number: 1, by: 'stranger', body: 'Me too' });
    expect(await forge.readIssue(issue)).toMatchObject({
      key: '1',
      title: 'sum is wrong',
      body: 'It subtracts.',
      author: 'maria',
      labels: ['bug'],
      state: 'open',
      comments: [{ author: 'stranger', body: 'Me too' }],
    });
    await expect(forge.readIssue('99')).rejects.toThrow(/answered 404 to GET .*issues\/99/);
    await expect(forge.readIssue('../pulls')).rejects.toThrow(ForgeFailed);
  });

  test('a comment is found by its mark, only where it is our own', async () => {
    const { forge, issue, playground, repository } = github;
    const mark = '<!-- entropy:x -->';
    await playground.comment({ repository, number: 1, by: 'stranger', body: `Ha ${mark}` });
    expect(await forge.findComment(issue, mark)).toBeUndefined();
    const made = await forge.comment(issue, `Done ${mark}`);
    expect(await forge.findComment(issue, mark)).toEqual(made);
    expect(await forge.editComment(issue, made.id, `Done twice ${mark}`)).toEqual(made);
    const other = await forge.comment(issue, `Again ${mark}`);
    await forge.foldComments(issue, mark, other.id);
    const shown = (await asMaria(`/issues/${issue}/comments`)) as { minimized?: object }[];
    const folded = shown.map(({ minimized }) => minimized !== undefined);
    expect(folded).toEqual([false, false, true, false]);
    expect(shown[2]).toMatchObject({ body: `Done twice ${mark}` });
  });

  test('labels are set and taken away again', async () => {
    const { forge, issue } = github;
    await forge.label(issue, ['entropy: working'], ['none such']);
    await forge.label(issue, ['entropy: done'], ['entropy: working']);
    const { labels } = await forge.readIssue(issue);
    expect([...labels].sort()).toEqual(['bug', 'entropy: done']);
  });
});

describe('from commit to merge', () => {
  let first = '';
  let number = 0;

  test('commits are made by the Git Data API and verified; only a fast-forward moves the branch', async () => {
    const { forge, base } = github;
    expect(await forge.findBranch(branch)).toBeUndefined();
    const request = { branch, parent: base, base, files: [file('sum.js', 'x\n')], message: 'One' };
    const one = await forge.commit(request);
    expect(await forge.findBranch(branch)).toEqual(one);
    await expect(forge.commit(request)).rejects.toThrow(/not a fast-forward/);
    const files = [
      file('sum.js', 'export const sum = (a, b) => a + b;\n'),
      file('readme.md', null),
      file('tests/é "q".bin', '\0ÿ'),
    ];
    const two = await forge.commit({ ...request, parent: one.commit, files, message: 'Two' });
    first = two.commit;
    const shown = await asMaria(`/git/commits/${two.commit}`);
    expect(shown).toMatchObject({
      message: expect.stringMatching(/^Two/),
      tree: { sha: two.tree },
      parents: [{ sha: one.commit }],
      verification: { verified: true },
    });
    const tree = await asMaria(`/git/trees/${two.tree}?recursive=1`);
    expect(tree).toMatchObject({ tree: expect.arrayContaining([]) });
    const paths = (tree as { tree: { path: string; type: string }[] }).tree
      .filter(({ type }) => type === 'blob')
      .map(({ path }) => path);
    expect(paths).toEqual(['sum.js', 'tests/é "q".bin']);
  });

  test('the pull request is a draft, found by its branch and described anew', async () => {
    const { forge } = github;
    expect(await forge.findPullRequest(branch)).toBeUndefined();
    const request = { branch, base: 'main', title: 'Fix sum', body: 'Closes #1', draft: true };
    const made = await forge.createPullRequest(request);
    number = made.number;
    expect(made).toMatchObject({ head: first, draft: true, state: 'open' });
    expect(await forge.findPullRequest(branch)).toEqual(made);
    await expect(forge.createPullRequest(request)).rejects.toThrow(/already exists/);
    await forge.describePullRequest(number, 'Fixes #1, really');
    expect(await asMaria(`/pulls/${number}`)).toMatchObject({ body: 'Fixes #1, really' });
    expect(await forge.openPullRequestsFor('1', branch)).toEqual([]);
    expect(await forge.openPullRequestsFor('1', 'another')).toEqual([made]);
    expect(await forge.openPullRequestsFor('2', 'another')).toEqual([]);
  });

  test('a review has its comments in the diff, or else in its text', async () => {
    const { forge } = github;
    const good = { path: 'sum.js', line: 1, body: 'Good' };
    const review = { number, commit: first, body: 'Fine <!-- a -->', comments: [good] };
    const one = await forge.review(review);
    expect(await forge.findReview(number, '<!-- a -->')).toEqual(one);
    expect(await forge.findReview(number, '<!-- b -->')).toBeUndefined();
    const comments = [good, { path: 'sum.js', line: 400, body: 'Nowhere' }];
    await forge.review({ ...review, body: 'Also <!-- b -->', comments });
    const reviews = (await asMaria(`/pulls/${number}/reviews`)) as {
      body: string;
      state: string;
    }[];
    expect(reviews.map(({ state }) => state)).toEqual(['COMMENTED', 'COMMENTED']);
    expect(reviews[1]?.body).toContain('**`sum.js`, line 400**\n\nNowhere');
    // The one that has a place in the diff keeps it.
    expect(await asMaria(`/pulls/${number}/comments`)).toHaveLength(2);
  });

  test('there is one check run of a name', async () => {
    const { forge } = github;
    const check = { commit: first, name: 'entropy/review', title: 'T', summary: 'S' };
    const one = await forge.checkRun(check);
    expect(await asMaria(`/commits/${first}/check-runs`)).toMatchObject({
      check_runs: [{ status: 'in_progress', conclusion: null }],
    });
    expect(await forge.checkRun({ ...check, conclusion: 'failure' })).toEqual(one);
    expect(await forge.checkRun({ ...check, conclusion: 'success' })).toEqual(one);
    expect(await asMaria(`/commits/${first}/check-runs?filter=all`)).toMatchObject({
      total_count: 1,
      check_runs: [{ conclusion: 'success', name: 'entropy/review' }],
    });
  });

  test('ready and merged, each once, and only the head that was seen', async () => {
    const { forge, base } = github;
    await expect(forge.merge(number, first)).rejects.toThrow(/still a draft/);
    await forge.markReady(number);
    await forge.markReady(number);
    expect(await forge.findPullRequest(branch)).toMatchObject({ draft: false });
    await expect(forge.merge(number, base)).rejects.toThrow(/Head branch was modified/);
    const { commit } = await forge.merge(number, first);
    expect(await forge.merge(number, first)).toEqual({ commit });
    const found = await forge.findPullRequest(branch);
    expect(found).toMatchObject({ state: 'merged', mergeCommit: commit });
    await expect(forge.merge(number, base)).rejects.toThrow(/was merged at/);
    expect(await forge.readIssue('1')).toMatchObject({ state: 'closed' });
  });

  test('each call asked for the least it needs', () => {
    const asked = new Set(github.minted.map((one) => JSON.stringify(one.permissions)));
    expect([...asked].sort()).toEqual([
      '{"checks":"write"}',
      '{"contents":"read"}',
      '{"contents":"write","pull_requests":"read"}',
      '{"contents":"write"}',
      '{"issues":"read"}',
      '{"issues":"write"}',
      '{"pull_requests":"read"}',
      '{"pull_requests":"write"}',
    ]);
  });
});

test('where drafts do not exist the pull request is none, and says so', async () => {
  const plain = await playgroundWith({ drafts: false });
  const { forge, base } = plain;
  await forge.commit({ branch, parent: base, base, files: [file('a', 'x')], message: 'One' });
  const request = { branch, base: 'main', title: 'Fix', body: '', draft: true };
  expect(await forge.createPullRequest(request)).toMatchObject({ draft: false, state: 'open' });
  await plain.playground.close();
});

test('a plain token works too', async () => {
  const { playground, access, repository } = github;
  const token = await playground.userToken('maria');
  const forge = githubForge(repository, { ...access, mint: tokenMinter(token) });
  const mark = '<!-- entropy:mine -->';
  const { id } = await forge.comment('1', mark);
  expect(await forge.findComment('1', mark)).toMatchObject({ id });
});

test("a mark in somebody else's comment is not ours, whatever the token", async () => {
  const { playground, access, repository } = github;
  const mark = '<!-- entropy:forged -->';
  const say = (by: string) => playground.comment({ repository, number: 1, by, body: mark });
  await playground.addAccount('helper[bot]', 'Bot');
  await say('stranger');
  const bots = await say('helper[bot]');
  const asApp = githubForge(repository, access);
  const mint = tokenMinter(await playground.userToken('maria'));
  const plain = { ...access, mint };
  const asMaria = githubForge(repository, plain);
  expect(await asApp.findComment('1', mark)).toBeUndefined();
  expect(await asMaria.findComment('1', mark)).toBeUndefined();
  const hers = await say('maria');
  const user = { method: 'GET', path: '^/user$', kind: 'status', times: 1 } as const;
  // Whose the token is was asked for once.
  await playground.addFault({ ...user, status: 404 });
  expect(await asMaria.findComment('1', mark)).toMatchObject({ id: String(hers.id) });
  expect(await asApp.findComment('1', mark)).toBeUndefined();
  // While that can't be told, nothing is taken for ours, and it is asked again.
  const unsure = githubForge(repository, { ...access, mint });
  await expect(unsure.findComment('1', mark)).rejects.toMatchObject({ name: 'ForgeFailed' });
  expect(await unsure.findComment('1', mark)).toMatchObject({ id: String(hers.id) });
  // GitHub refuses so to tell whose the token of Actions is, which writes as a bot.
  await playground.addFault({ ...user, status: 403 });
  const asActions = githubForge(repository, { ...access, mint });
  expect(await asActions.findComment('1', mark)).toMatchObject({ id: String(bots.id) });
});

test('a name that is none is refused', () => {
  expect(() => githubForge('a/b/c', github.access)).toThrow(ForgeFailed);
});
