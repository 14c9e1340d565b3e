import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { ForgeFailed } from '../../../lib/domain/errors.ts';
import { localForge } from '../../../lib/local/local-forge/local-forge.ts';
import { freshFolder, inRepository, repositoryOf } from '../source/git-fixture.ts';

function setUp(issue = '# Broken *sum*\n\nIt is off by one.\n') {
  const repositoryPath = repositoryOf({ 'a.txt': 'one\n' });
  const folder = freshFolder();
  const issueFile = join(folder, 'issue file.md');
  writeFileSync(issueFile, issue);
  const stateDir = join(folder, 'state');
  const base = inRepository(repositoryPath, 'rev-parse', 'HEAD');
  return { base, stateDir, forge: localForge({ repositoryPath, issueFile, stateDir }) };
}

test.each([
  ['# Broken *sum*\n\nIt is off.\n', 'Broken *sum*', 'It is off.'],
  ['\n\nA plain line\nmore\n# Later\n', 'A plain line', 'more\n# Later'],
  ['\uFEFF## Two ##\r\n\r\nbody\r\n', 'Two', 'body'],
  ['<!-- note -->\n\n# Title\n', 'Title', ''],
])('%j is an issue', async (text, title, body) => {
  const { forge } = setUp(text);
  expect(await forge.readIssue('key')).toMatchObject({ key: 'key', title, body, state: 'open' });
});

test('an issue file that is empty or missing says so', async () => {
  await expect(setUp(' \n').forge.readIssue('1')).rejects.toThrow(/is empty/);
  const gone = localForge({ repositoryPath: '/', issueFile: '/no/such.md', stateDir: '/' });
  await expect(gone.readIssue('1')).rejects.toThrow(ForgeFailed);
});

test('the pull request is a file that follows what becomes of it', async () => {
  const { forge, base, stateDir } = setUp();
  const files = [{ path: 'a.txt', mode: '100644' as const, content: 'dHdvCg==' }];
  const branch = 'entropy/1-abc';
  const { commit } = await forge.commit({ branch, parent: base, base, files, message: 'Fix' });
  expect(await forge.findPullRequest(branch)).toBeUndefined();
  const request = { branch, base: 'main', title: 'Fix sum', body: 'Why', draft: true };
  const made = await forge.createPullRequest(request);
  expect(made).toMatchObject({ number: 1, head: commit, draft: true, state: 'open' });
  expect(fileURLToPath(made.url)).toBe(join(stateDir, 'pull-request.md'));
  await expect(forge.createPullRequest(request)).rejects.toThrow(/already/);
  await forge.describePullRequest(1, 'New words');
  await forge.markReady(1);
  await forge.markReady(1);
  expect(await forge.findPullRequest(branch)).toEqual({ ...made, draft: false });
  const text = readFileSync(join(stateDir, 'pull-request.md'), 'utf8');
  expect(text).toBe('# Fix sum\n\n`entropy/1-abc` into `main` (ready)\n\nNew words\n');
  expect(await forge.openPullRequestsFor('1', branch)).toEqual([]);
  expect(await forge.openPullRequestsFor('1', 'other')).toHaveLength(1);
  await expect(forge.merge(1, commit)).rejects.toThrow(ForgeFailed);
  await expect(forge.markReady(2)).rejects.toThrow(ForgeFailed);
});

test('comments, reviews, labels and check runs are kept and found', async () => {
  const { forge, stateDir } = setUp();
  expect(await forge.findComment('1', '<!-- x -->')).toBeUndefined();
  const first = await forge.comment('1', 'Hello <!-- x -->');
  await forge.comment('1', 'Again');
  expect(await forge.findComment('1', '<!-- x -->')).toEqual(first);
  const edited = await forge.editComment('1', first.id, 'Bye <!-- x -->');
  expect(edited).toEqual(first);
  expect(readFileSync(fileURLToPath(edited.url), 'utf8')).toBe('Bye <!-- x -->\n');
  await forge.foldComments('1', '<!-- x -->', first.id);
  const comments = [{ path: 'a.txt', line: 3, body: 'Why?' }];
  const review = await forge.review({ number: 1, commit: 'c', body: 'Fine <!-- y -->', comments });
  expect(await forge.findReview(1, '<!-- y -->')).toEqual(review);
  expect(readFileSync(fileURLToPath(review.url), 'utf8')).toContain('`a.txt:3`\n\nWhy?');
  await forge.label('1', ['a', 'b'], []);
  await forge.label('1', ['b', 'c'], ['a']);
  expect(JSON.parse(readFileSync(join(stateDir, 'labels.json'), 'utf8'))).toEqual(['b', 'c']);
  const check = { commit: 'c', name: 'entropy/review', title: 'Approved', summary: 'ok' };
  const one = await forge.checkRun({ ...check, conclusion: 'failure' });
  expect(await forge.checkRun({ ...check, conclusion: 'success' })).toEqual(one);
});
