import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Cancelled, FenceStale, ForgeFailed, PolicyViolation } from '../../../lib/domain/errors.ts';
import { branchOf } from '../../../lib/domain/run.ts';
import { finish } from '../../../lib/services/publisher/finish.ts';
import { postReceipt } from '../../../lib/services/publisher/post-receipt.ts';
import { publishChange } from '../../../lib/services/publisher/publish-change.ts';
import { onPlayground, roundOf } from './whole-run.ts';

let on: Awaited<ReturnType<typeof onPlayground>>;
beforeEach(async () => {
  on = await onPlayground();
});
afterEach(() => on.close());

const publish = async (round: number) =>
  publishChange(on.ports, await on.run(), await roundOf(on, round));
const withHead = async (commit: string) => ({ ...(await on.run()), commit });

test('what is published says why, what was seen and by whom, and obeys no model', async () => {
  const { number } = (await publish(1)).pullRequest;
  const pull = (await on.get(`/pulls/${number}`)) as { body: string; title: string };
  expect(pull).toMatchObject({ title: 'Add in sum', draft: true, base: { ref: 'main' } });
  const { body } = pull;
  expect(body).toMatch(/^> sum subtracts\. @ maria knows\. Fixes issue #99 < img/);
  expect(body).toContain('**Acceptance criteria**\n- sum(1, 2) is 3');
  expect(body).toContain('**Good** (proven): 1 test fails without the change.');
  expect(body).toContain('| 1. base | completed | 0 | 1 | 0 | 0 |');
  expect(body).toContain('| 2. the change | completed | 1 | 0 | 0 | 0 |');
  expect(body).toContain('- `sum.test.js > sum adds`');
  expect(body).toContain('> Round 1. Closes issue #5 @ octo');
  expect(body).toContain('- coder: `model-a`\n- reviewer: `model-b`');
  expect(body).toMatch(/Ledger at publishing: event \d+, head `[0-9a-f]{64}`/);
  expect(body.endsWith('\n\nCloses #1')).toBe(true);
  const { branch, tree } = await publish(1);
  const commit = (await on.get(`/git/ref/heads/${branch}`)) as { object: { sha: string } };
  const { message } = (await on.get(`/git/commits/${commit.object.sha}`)) as { message: string };
  const { id } = await on.run();
  expect(message.trim().split('\n')).toEqual([
    'Add in sum',
    '',
    'sum subtracts. @ maria knows. Fixes issue #99 < img src="http:',
    '//x.example/p.png">',
    '',
    'Round 1. Closes issue #5 @ octo',
    '',
    `Entropy-Run: ${id}`,
    'Entropy-Issue: octo/calc#1',
    'Entropy-Model: issue-reader model-a',
    'Entropy-Model: coder model-a',
    'Entropy-Model: reviewer model-b',
    `Entropy-Evidence: good proven, tree ${tree}`,
    expect.stringMatching(/^Entropy-Ledger: event \d+, [0-9a-f]{64}$/),
  ]);
});

test('a change that policy forbids, or that is not what was verified, is not written at all', async () => {
  const round = await roundOf(on, 1);
  const bad = {
    ...round.change,
    files: [{ ...round.change.files[0], path: '.github/workflows/x' }],
  };
  const run = await on.run();
  const forbidden = publishChange(on.ports, run, { ...round, change: bad as typeof round.change });
  await expect(forbidden).rejects.toThrow(PolicyViolation);
  const other = { ...round.evidence, tree: 'a'.repeat(40) };
  const unverified = publishChange(on.ports, run, { ...round, evidence: other });
  await expect(unverified).rejects.toThrow(/evidence: it is for tree a/);
  expect(on.proxy.writes).toEqual([]);
  expect(await on.ports.effects.list(run.id)).toEqual([]);
});

test('a run that has lost its claim, or is to stop, writes nothing more', async () => {
  const { ports, key } = on;
  const run = await on.run();
  await ports.claims.requestCancel(key, run.id, Date.now(), []);
  await expect(publish(1)).rejects.toThrow(Cancelled);
  await postReceipt(ports, run, { outcome: 'cancelled' });
  const comments = (await on.get('/issues/1/comments')) as { body: string }[];
  expect(comments[0]?.body).toMatch(/^Stopped, as asked\./);
  await ports.claims.release(key, run.id, run.fence ?? 0, []);
  await expect(publish(1)).rejects.toThrow(FenceStale);
  const writes = on.proxy.writes.length;
  const unfenced = { ...run, id: 'r-other' };
  await expect(postReceipt(ports, unfenced, { outcome: 'failed' })).rejects.toThrow(FenceStale);
  expect(on.proxy.writes).toHaveLength(writes);
});

test('what others push to the branch is neither built upon nor marked ready', async () => {
  const first = await publish(1);
  const { branch, commit, tree } = first;
  const made = await on.playground.request('maria', 'POST', '/repos/octo/calc/git/commits', {
    ...{ message: 'Mine', tree, parents: [commit] },
  });
  const { sha } = made.body as { sha: string };
  await on.playground.request('maria', 'PATCH', `/repos/octo/calc/git/refs/heads/${branch}`, {
    sha,
  });
  await expect(publish(2)).rejects.toThrow(/not a fast-forward/);
  const done = finish(on.ports, await on.run(), { merge: true, head: commit });
  await expect(done).rejects.toThrow(/what was verified and reviewed is/);
  const kinds = (await on.ports.ledger.events((await on.run()).id)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'effect.failed')).toHaveLength(1);
});

test('a pull request that somebody closed stays closed', async () => {
  const { commit, pullRequest } = await publish(1);
  const path = `/repos/octo/calc/pulls/${pullRequest.number}`;
  await on.playground.request('maria', 'PATCH', path, { state: 'closed' });
  await expect(publish(2)).rejects.toThrow(/is closed; somebody ended it/);
  const done = finish(on.ports, await withHead(commit), { merge: true, head: commit });
  await expect(done).rejects.toThrow(ForgeFailed);
});

test('where the base has moved since the Evidence a person merges', async () => {
  const { commit } = await publish(1);
  const made = await on.playground.request('octo', 'POST', '/repos/octo/calc/git/commits', {
    message: 'Elsewhere',
    tree: ((await on.get(`/git/commits/${on.base}`)) as { tree: { sha: string } }).tree.sha,
    parents: [on.base],
  });
  const { sha } = made.body as { sha: string };
  await on.playground.request('octo', 'PATCH', '/repos/octo/calc/git/refs/heads/main', { sha });
  const run = await withHead(commit);
  expect(await finish(on.ports, run, { merge: true, head: commit })).toEqual({
    merged: false,
    because: expect.stringMatching(/^main has moved on since/),
  });
  const pull = (await on.get(`/pulls?head=octo:${branchOf(run)}`)) as unknown[];
  expect(pull).toMatchObject([{ draft: false, state: 'open' }]);
  const kinds = (await on.ports.ledger.events(run.id)).map(({ kind }) => kind);
  expect(kinds).toContain('merge.withheld');
});

test('what the repository does not let be merged is handed over, and why is told', async () => {
  const { commit } = await publish(1);
  const { playground } = on;
  const decide = async () =>
    finish(on.ports, await withHead(commit), { merge: true, head: commit });
  const status = (state: string) =>
    playground.request('maria', 'POST', `/repos/octo/calc/statuses/${commit}`, {
      ...{ state, context: 'ci' },
    });
  await status('pending');
  const green = { merged: false, because: expect.stringMatching(/not all checks .* are green/) };
  expect(await decide()).toEqual(green);
  await status('failure');
  expect(await decide()).toEqual(green);
  await status('success');
  const refuse = { method: 'PUT', path: '/merge$', kind: 'status' } as const;
  await playground.addFault({ ...refuse, status: 405 });
  const refused = {
    merged: false,
    because: expect.stringMatching(/^It could not be merged: .*405/),
  };
  expect(await decide()).toEqual(refused);
  await playground.addFault({ ...refuse, status: 409 });
  await expect(decide()).rejects.toMatchObject({ name: 'ForgeFailed', status: 409 });
  on.proxy.loseEachOnce();
  await expect(decide()).rejects.toMatchObject({ name: 'ForgeUnavailable' });
  expect(await decide()).toEqual({ merged: true });
  expect(await decide()).toEqual({ merged: true });
});

test('where drafts do not exist a label stands in', async () => {
  const plain = await onPlayground({ drafts: false });
  const published = await publishChange(plain.ports, await plain.run(), await roundOf(plain, 1));
  const { number } = published.pullRequest;
  const labels = async () =>
    ((await plain.get(`/issues/${number}`)) as { labels: { name: string }[] }).labels;
  expect(await labels()).toMatchObject([{ name: 'entropy: draft' }]);
  const run = await plain.run();
  await finish(plain.ports, run, { merge: false, head: published.commit });
  expect(await labels()).toEqual([]);
  await plain.close();
});
