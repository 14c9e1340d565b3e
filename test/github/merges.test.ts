import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { githubForge } from '../../lib/github/github-forge.ts';
import { tokenMinter } from '../../lib/github/minter.ts';

// Answers as GitHub does while it finds out whether a pull request can be merged, which the playground knows at once.
const asked: string[] = [];
let states: string[] = [];
let refusals: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.method}`);
  const answer = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.method === 'GET') {
    const mergeable_state = states.length > 1 ? states.shift() : states[0];
    const facts = { number: 7, html_url: 'https://x/7', head: { sha: 'abc' }, merged_at: null };
    return answer(200, { ...facts, state: 'open', draft: false, node_id: 'n', mergeable_state });
  }
  const message = refusals.shift();
  return message === undefined ? answer(200, { sha: 'def' }) : answer(405, { message });
});
let apiUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  asked.length = 0;
  refusals = [];
});
const merging = () => githubForge('o/n', { apiUrl, mint: tokenMinter('a-token') }).merge(7, 'abc');

test('what GitHub finds out late is waited for', async () => {
  states = ['clean', 'unknown', 'unknown', 'clean'];
  expect(await merging()).toEqual({ commit: 'def' });
  expect(asked).toEqual(['GET', 'GET', 'GET', 'GET', 'PUT']);
});

test.each([
  ['unstable', /not all checks of pull request #7 are green/],
  ['unknown', /does not say yet whether all checks of pull request #7 are green/],
])('%s is not green: nothing is merged', async (state, said) => {
  states = [state];
  const refused = merging();
  await expect(refused).rejects.toThrow(said);
  await expect(refused).rejects.toMatchObject({ name: 'ForgeFailed', status: 405 });
  expect(asked).not.toContain('PUT');
});

test('a way of merging that the repository does not allow is followed by the next', async () => {
  states = ['clean'];
  refusals = ['Merge commits are not allowed on this repository.'];
  expect(await merging()).toEqual({ commit: 'def' });
  expect(asked.filter((method) => method === 'PUT')).toHaveLength(2);
});

test('a rule of the branch is not got round', async () => {
  states = ['blocked'];
  refusals = ['At least 1 approving review is required by reviewers with write access.'];
  await expect(merging()).rejects.toMatchObject({ name: 'BranchProtected', status: 405 });
  expect(asked.filter((method) => method === 'PUT')).toHaveLength(1);
});
