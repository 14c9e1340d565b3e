import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseGraphql } from '../../../lib/local/playground/graphql/parse.ts';
import { type Running, repo, startRunning } from './running.ts';

let running: Running;
let id: string;

beforeAll(async () => {
  running = await startRunning();
  const mia = await running.user('mia');
  const at = { ...repo, message: 'x', parents: [running.seeded.commit] };
  const { data: tree } = await mia.request('POST /repos/{owner}/{repo}/git/trees', {
    ...repo,
    tree: [{ path: 'x', mode: '100644', content: 'x' }],
  });
  const commit = { ...at, tree: tree.sha };
  const { data } = await mia.request('POST /repos/{owner}/{repo}/git/commits', commit);
  const ref = { ...repo, ref: 'refs/heads/x', sha: data.sha };
  await mia.request('POST /repos/{owner}/{repo}/git/refs', ref);
  const pull = { ...repo, title: 'x', head: 'x', base: 'main', draft: true };
  id = (await mia.request('POST /repos/{owner}/{repo}/pulls', pull)).data.node_id;
});
afterAll(() => running.stop());

const ready = `mutation($id: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } }
}`;

test('needs pull_requests: write, and says so', async () => {
  const reader = await running.installation({ pull_requests: 'read' });
  await expect(reader.graphql(ready, { id })).rejects.toThrow(
    'Resource not accessible by integration',
  );
  const stranger = await running.user('sam');
  await expect(stranger.graphql(ready, { id })).rejects.toThrow('Could not resolve to a node');
});

test('moves a pull request out of draft and back, however often it is asked', async () => {
  const writer = await running.installation({ pull_requests: 'write' });
  for (const _ of [1, 2]) {
    expect(await writer.graphql(ready, { id })).toEqual({
      markPullRequestReadyForReview: { pullRequest: { isDraft: false } },
    });
  }
  const back = `mutation { convertPullRequestToDraft(input: {pullRequestId: "${id}"}) {
    clientMutationId pullRequest { isDraft number } } }`;
  expect(await writer.graphql(back)).toEqual({
    convertPullRequestToDraft: {
      clientMutationId: null,
      pullRequest: { isDraft: true, number: 1 },
    },
  });
});

test('anything else is an error of the query', async () => {
  const mia = await running.user('mia');
  await expect(mia.graphql('{ viewer { login } }')).rejects.toThrow("Field 'viewer' doesn't exist");
  await expect(mia.graphql('mutation { deleteIssue }')).rejects.toThrow('deleteIssue');
  await expect(mia.graphql('mutation {')).rejects.toThrow('Parse error');
  await expect(mia.graphql(ready, { id: 'PR_no' })).rejects.toThrow('Could not resolve');
});

test('a document is parsed with names, aliases, defaults and comments', () => {
  const text = `# two operations
    query A($n: Int = 3, $list: [String!]!) { a: item(n: $n, all: $list, on: true) { id } }
    mutation B { b(input: {text: "a \\"b\\"", e: RIGHT, f: 1.5}) }`;
  expect(parseGraphql(text, { list: ['x'] })).toEqual([
    {
      kind: 'query',
      name: 'A',
      fields: [
        {
          name: 'item',
          key: 'a',
          args: { n: 3, all: ['x'], on: true },
          fields: [{ name: 'id', key: 'id', args: {}, fields: [] }],
        },
      ],
    },
    {
      kind: 'mutation',
      name: 'B',
      fields: [
        {
          name: 'b',
          key: 'b',
          args: { input: { text: 'a "b"', e: 'RIGHT', f: 1.5 } },
          fields: [],
        },
      ],
    },
  ]);
});
