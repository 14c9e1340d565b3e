import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { failure, type Running, repo, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.stop());

const open = (title: string) =>
  running.playground.createIssue({
    repository: 'acme/widgets',
    title,
    body: 'text',
    author: 'rob',
  });

test('a label leaves an event with an id, and comes off again', async () => {
  const { number } = await open('labelled');
  const on = { repository: 'acme/widgets', number };
  await expect(running.playground.label({ ...on, label: 'entropy', by: 'rob' })).rejects.toThrow();
  await running.playground.label({ ...on, label: 'entropy', by: 'mia' });
  const client = await running.installation();
  const at = { ...repo, issue_number: number };
  const events = await client.request('GET /repos/{owner}/{repo}/issues/{issue_number}/events', at);
  expect(events.data).toMatchObject([
    { event: 'labeled', label: { name: 'entropy' }, actor: { login: 'mia', type: 'User' } },
  ]);
  expect(events.data[0]?.id).toBeGreaterThan(0);
  const labels = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
  const added = await client.request(labels, { ...at, labels: ['entropy:working'] });
  expect(added.data.map((label) => label.name)).toEqual(['entropy', 'entropy:working']);
  const remove = () =>
    client.request('DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', {
      ...at,
      name: 'entropy:working',
    });
  expect((await remove()).data.map((label) => label.name)).toEqual(['entropy']);
  expect((await failure(remove())).status).toBe(404);
});

test('comments are listed by page and changed by their author', async () => {
  const { number } = await open('talked about');
  const client = await running.installation();
  const at = { ...repo, issue_number: number };
  for (let n = 1; n <= 5; n += 1) {
    await client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...at,
      body: `comment ${n}`,
    });
  }
  const list = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  const first = await client.request(list, { ...at, per_page: 2 });
  expect(first.data.map((comment) => comment.body)).toEqual(['comment 1', 'comment 2']);
  expect(first.headers.link).toMatch(/[?&]page=2>; rel="next".*[?&]page=3>; rel="last"/);
  const last = await client.request(list, { ...at, per_page: 2, page: 3 });
  expect(last.data.map((comment) => comment.body)).toEqual(['comment 5']);
  const change = { ...repo, comment_id: last.data[0]?.id ?? 0, body: 'changed' };
  const patch = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
  expect((await client.request(patch, change)).data.body).toBe('changed');
  const rob = await running.user('rob');
  expect((await failure(rob.request(patch, change))).status).toBe(403);
});

test('an author may change the own issue, others need a role', async () => {
  const { number } = await open('mine');
  const at = { ...repo, issue_number: number };
  const patch = 'PATCH /repos/{owner}/{repo}/issues/{issue_number}';
  const rob = await running.user('rob');
  expect((await rob.request(patch, { ...at, title: 'ours' })).data.title).toBe('ours');
  await running.playground.setCollaborator('acme/widgets', 'sam', 'read');
  const sam = await running.user('sam');
  expect((await failure(sam.request(patch, { ...at, title: 'theirs' }))).status).toBe(403);
  const mia = await running.user('mia');
  const closed = await mia.request(patch, { ...at, state: 'closed', state_reason: 'not_planned' });
  expect(closed.data).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
});

test('faults are told as GitHub tells them', async () => {
  const rob = await running.user('rob');
  const post = 'POST /repos/{owner}/{repo}/issues';
  expect((await failure(rob.request(post, { ...repo } as never))).status).toBe(422);
  expect((await failure(rob.request(post, { ...repo, title: ' ' }))).errors).toEqual([
    { resource: 'Issue', code: 'missing_field', field: 'title' },
  ]);
  const broken = await fetch(`${running.playground.apiUrl}/repos/acme/widgets/issues`, {
    method: 'POST',
    body: '{',
  });
  expect(broken.status).toBe(400);
});

test('the contents of a file and of a folder', async () => {
  const client = await running.installation({ contents: 'read' });
  const read = (path: string, more = {}) =>
    client.request('GET /repos/{owner}/{repo}/contents/{path}', { ...repo, path, ...more });
  const { data } = await read('src/sum.js');
  const file = data as unknown as { content: string; encoding: string };
  expect(Buffer.from(file.content, 'base64').toString()).toContain('export const sum');
  expect((await read('src', { ref: 'main' })).data).toMatchObject([{ path: 'src/sum.js' }]);
  expect((await failure(read('no.txt'))).status).toBe(404);
  expect((await failure(read('src', { ref: 'nope' }))).status).toBe(404);
  const raw = await read('README.md', { mediaType: { format: 'raw' } });
  expect(Buffer.from(raw.data as unknown as ArrayBuffer).toString()).toBe('# Widgets\n');
});
