import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { routes } from '../../../lib/local/playground/router.ts';
import { appFromManifest } from './manifest.ts';
import { createConformance, restFacts, webhookFacts } from './openapi/conformance.ts';
import { formOfRoute } from './openapi/route-forms.ts';
import { webhookNames } from './openapi/webhook-names.ts';
import { type Running, startRunning } from './running.ts';

describe('the facts', () => {
  test('have the operation of every route, and no other', () => {
    const forms = [...new Set(routes.map(formOfRoute))].sort();
    expect(Object.keys(restFacts.entries).sort()).toEqual(forms);
  });

  test('have every event that the playground sends', () => {
    expect(Object.keys(webhookFacts.entries).sort()).toEqual([...webhookNames].sort());
  });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are held against their schemas
type Body = any;
/** A request as a line, in the repository where the path does not begin with a slash. */
async function ask(
  client: Octokit,
  line: string,
  body: Record<string, unknown> = {},
): Promise<Body> {
  const [method, path = ''] = line.split(' ');
  const whole = path.startsWith('/') ? path : `/repos/acme/widgets${path && `/${path}`}`;
  return (await client.request(`${method} ${whole}`, body)).data;
}

describe('a walk through all routes', () => {
  let running: Running;
  let app: Octokit;
  let mia: Octokit;
  beforeAll(async () => {
    running = await startRunning();
    app = await running.installation();
    mia = await running.user('mia');
  });
  afterAll(() => running.stop());

  test('goes through issues', async () => {
    const { number } = await ask(app, 'POST issues', { title: 'Sum', labels: ['bug'] });
    await ask(app, 'POST labels', { name: 'entropy', color: 'ff0000' });
    await ask(app, `POST issues/${number}/labels`, { labels: ['entropy'] });
    await ask(app, `DELETE issues/${number}/labels/bug`);
    await ask(mia, `POST issues/${number}/assignees`, { assignees: ['mia'] });
    await ask(mia, `DELETE issues/${number}/assignees`, { assignees: ['mia'] });
    const { id } = await ask(app, `POST issues/${number}/comments`, { body: 'one' });
    await ask(app, `PATCH issues/comments/${id}`, { body: 'two' });
    await ask(app, `GET issues/comments/${id}`);
    for (const state of ['closed', 'open']) {
      await ask(mia, `PATCH issues/${number}`, { state, title: state, body: state });
    }
    for (const list of ['', '/comments', '/events', '/labels']) {
      await ask(app, `GET issues/${number}${list}`);
    }
    for (const list of ['issues?state=all', 'issues/comments', 'labels']) {
      await ask(app, `GET ${list}`);
    }
  });

  test('goes through repository, App and people', async () => {
    await ask(running.app, 'GET /app');
    await ask(running.app, 'GET /app/installations');
    await ask(running.app, 'GET installation');
    await ask(app, 'GET /installation/repositories');
    await ask(app, 'GET ');
    await ask(app, 'GET branches/main');
    await ask(app, 'GET commits?per_page=1');
    await ask(app, 'GET collaborators/mia/permission');
    for (const path of ['', '/README.md', '/src']) await ask(app, `GET contents${path}`);
    await ask(mia, 'GET /user');
    await ask(app, 'GET /users/mia');
    await ask(await running.installation(), 'DELETE /installation/token');
  });

  test('goes from a commit to its merge', async () => {
    const commit = await commitFile();
    await ask(app, 'POST git/refs', { ref: 'refs/heads/sum', sha: commit.sha });
    const pull = await ask(app, 'POST pulls', {
      title: 'Sum',
      head: 'sum',
      base: 'main',
      draft: true,
    });
    const next = await commitFile(commit.sha, '3');
    await ask(app, 'PATCH git/refs/heads/sum', { sha: next.sha });
    await ask(app, 'GET git/ref/heads/sum');
    await reviewAndCheck(pull.number, next.sha);
    await ask(app, `POST pulls/${pull.number}/requested_reviewers`, { reviewers: ['mia'] });
    await changePull(pull.number, pull.node_id);
    await ask(app, `PUT pulls/${pull.number}/merge`, { sha: next.sha });
    await ask(app, `GET pulls/${pull.number}/merge`);
    await ask(app, 'GET pulls?state=all');
    await ask(app, 'DELETE git/refs/heads/sum');
  });

  async function commitFile(on?: string, content = '2'): Promise<Body> {
    const parent = on ?? (await ask(app, 'GET branches/main')).commit.sha;
    const blob = await ask(app, 'POST git/blobs', { content });
    await ask(app, `GET git/blobs/${blob.sha}`);
    const entry = { path: 'src/two.js', mode: '100644', type: 'blob', sha: blob.sha };
    const tree = await ask(app, 'POST git/trees', { base_tree: parent, tree: [entry] });
    await ask(app, `GET git/trees/${tree.sha}?recursive=1`);
    const made = { message: 'Two', tree: tree.sha, parents: [parent] };
    const commit = await ask(app, 'POST git/commits', made);
    return ask(app, `GET git/commits/${commit.sha}`);
  }

  async function reviewAndCheck(number: number, sha: string): Promise<void> {
    const comments = [{ path: 'src/two.js', line: 1, body: 'why' }];
    await ask(app, `POST pulls/${number}/reviews`, { event: 'COMMENT', body: 'read', comments });
    for (const list of ['', '/reviews', '/comments', '/files']) {
      await ask(app, `GET pulls/${number}${list}`);
    }
    const { id } = await ask(app, 'POST check-runs', { name: 'review', head_sha: sha });
    await ask(app, `PATCH check-runs/${id}`, { conclusion: 'success' });
    await ask(app, `GET commits/${sha}/check-runs`);
    await ask(mia, `POST statuses/${sha}`, { state: 'success', context: 'review' });
    await ask(mia, `GET commits/${sha}/status`);
  }

  async function changePull(number: number, id: string): Promise<void> {
    await ask(app, `PATCH pulls/${number}`, { title: 'Two', body: 'more' });
    for (const state of ['closed', 'open']) await ask(app, `PATCH pulls/${number}`, { state });
    await ask(app, `POST issues/${number}/labels`, { labels: ['entropy'] });
    await ask(app, `DELETE issues/${number}/labels/entropy`);
    await ask(mia, `POST issues/${number}/assignees`, { assignees: ['mia'] });
    await ask(mia, `DELETE issues/${number}/assignees`, { assignees: ['mia'] });
    const client = await running.user('mia');
    const mutate = (name: string) =>
      client.graphql(`mutation($id:ID!){${name}(input:{pullRequestId:$id}){pullRequest{number}}}`, {
        id,
        baseUrl: running.playground.graphqlUrl.replace(/\/graphql$/, ''),
      });
    await mutate('markPullRequestReadyForReview');
    await mutate('convertPullRequestToDraft');
    await mutate('markPullRequestReadyForReview');
  }

  test('makes an App of a manifest, and changes its webhook', async () => {
    const { code, pem } = await appFromManifest(running);
    expect(pem).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
    const auth = { appId: running.playground.app.id, privateKey: pem };
    const baseUrl = running.playground.apiUrl;
    const made = new Octokit({ baseUrl, authStrategy: createAppAuth, auth });
    await ask(made, 'PATCH /app/hook/config', { secret: 's'.repeat(40) });
    await ask(made, 'GET /app/hook/deliveries');
    await expect(ask(mia, `POST /app-manifests/${code}/conversions`)).rejects.toThrow('Not Found');
  });

  test('has seen each route answer and each event, all as GitHub has them', () => {
    const { seen, faults } = running.conformance;
    expect(faults).toEqual([]);
    const all = [...Object.keys(restFacts.entries), ...webhookNames];
    expect(all.filter((name) => !seen.has(name))).toEqual([]);
  });
});

describe('what GitHub would not say is told', () => {
  const label = {
    id: 1,
    node_id: 'L',
    url: 'http://h/l',
    name: 'x',
    color: 'ff0000',
    default: false,
  };
  const answer = (body: unknown, more: object = {}) => {
    const { observer, faults } = createConformance();
    const path = '/repos/a/b/labels';
    observer.answered({ method: 'POST', path, status: 201, body, ...more });
    return faults;
  };

  test('of answers', () => {
    const good = { ...label, description: null };
    expect(answer(good)).toEqual([]);
    const { color: _, ...colourless } = good;
    expect(answer(colourless)).toEqual([
      "POST /repos/{}/{}/labels 201 : must have required property 'color'",
    ]);
    expect(answer({ ...good, url: 7 }).join()).toMatch(/\/url: must be string/);
    expect(answer({ ...good, colour: 'red' }).join()).toMatch(
      /\.colour: GitHub has no such member/,
    );
    expect(answer(good, { status: 202 }).join()).toMatch(/a status that GitHub does not give/);
    expect(answer({ status: '403' }, { status: 403 })).toEqual([]);
    expect(answer({ message: 7 }, { status: 404 }).join()).toMatch(/\/message: must be string/);
    expect(answer(undefined).join()).toMatch(/has no body/);
  });

  test('of events', () => {
    const { observer, faults } = createConformance();
    observer.happened('issues', { action: 'invented' });
    observer.happened('issues', { action: 'labeled' });
    expect(faults[0]).toBe('issues.invented is no event of GitHub');
    expect(faults).toContain("issues.labeled : must have required property 'issue'");
  });
});
