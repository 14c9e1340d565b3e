import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { Run } from '../../lib/domain/run.ts';
import { desk, jsonLines } from '../bin/command-line.ts';
import { expectAtRest, published } from './fixtures/ending.ts';
import { coderTurn, readerTurn, reviewerTurn, script } from './fixtures/turns.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

// A run and its replay, or two runs in two worlds.
jest.setTimeout(600_000);

let world: World;
afterEach(() => world.close());

/** The reviewer waits until somebody has pushed. */
const waits = (go: string) => ({
  ...reviewerTurn,
  calls: [['shell', { command: `until [ -e '${go}' ]; do sleep 0.1; done` }]] as const,
});

const mixed = `export const sum = (a, b) => a + b;\nexport const less = (a, b) => a - b;\n`;

/** A run under whose review the default branch moves on to hold `files`. */
async function runWhile(files: Record<string, string>, rules: string, ...later: Said[]) {
  world = await makeWorld({ files: { '.entropy.yml': `version: 1\n${rules}\n` } });
  const go = join(world.dataDir, 'go');
  const turns = script(readerTurn, coderTurn, waits(go), reviewerTurn, ...later);
  await world.start({ turns });
  await world.trigger(await world.issue());
  await until('the review', async () => {
    const [run] = await world.stores.runs.list();
    const stages = run ? await world.stores.stages.list(run.id) : [];
    return stages.some(({ role }) => role === 'reviewer') || undefined;
  });
  await push(files);
  writeFileSync(go, '');
  return ended(world);
}
type Said = typeof readerTurn;

/** Somebody commits to the default branch. */
async function push(files: Record<string, string>): Promise<void> {
  const at = `/repos/${world.repository}`;
  const ask = async (method: string, path: string, body?: unknown) =>
    (await world.playground.request('ada', method, `${at}${path}`, body)).body as {
      sha: string;
      object: { sha: string };
      tree: { sha: string };
    };
  const head = (await ask('GET', '/git/ref/heads/main')).object.sha;
  const base_tree = (await ask('GET', `/git/commits/${head}`)).tree.sha;
  const tree = Object.entries(files).map(([path, content]) => ({
    ...{ path, content, mode: '100644', type: 'blob' },
  }));
  const made = await ask('POST', '/git/trees', { base_tree, tree });
  const commit = { message: 'Meanwhile', tree: made.sha, parents: [head] };
  const { sha } = await ask('POST', '/git/commits', commit);
  await ask('PATCH', '/git/refs/heads/main', { sha });
}

function git(...args: string[]): string {
  const dir = join(world.dataDir, '..', 'github', 'repositories', `${world.repository}.git`);
  return execFileSync('git', ['--git-dir', dir, ...args], { encoding: 'utf8' }).trim();
}

/** The branch moves on in the replay as well, and every round comes to the same tree. */
async function expectReplayed(run: Run, rounds: number): Promise<void> {
  const at = desk();
  const ended = await at.entropy(['--data-dir', world.dataDir, 'replay', run.id, '--json']);
  at.remove();
  const told = jsonLines(ended).at(-1);
  expect(told).toMatchObject({ type: 'replay', same: true });
  expect(told?.recorded).toHaveLength(rounds);
  expect(ended.code).toBe(0);
}

const kindsOf = async (run: Run) =>
  (await world.stores.ledger.events(run.id)).map(({ kind }) => kind);

test('an approved change is laid over the new base, verified again and merged', async () => {
  const run = await runWhile({ 'other.js': '// new\n' }, 'merge: merge-when-approved');
  expect(run).toMatchObject({ outcome: 'merged' });
  expect(run.moves).toMatchObject([{ round: 1, conflicts: [] }]);
  expect(await published(world, run)).toMatchObject({
    ...{ pulls: 1, merged: 1, drafts: 0, reviews: 1, verdicts: ['success'], receipts: 1 },
  });
  expect(git('show', 'main:sum.js')).toBe('export const sum = (a, b) => a + b;');
  expect(git('show', 'main:other.js')).toBe('// new');
  // The branch was never rewritten: what was reviewed is a parent of what was merged.
  expect(git('rev-list', '--count', `${run.moves?.[0]?.to}..${run.commit}`)).toBe('2');
  const stages = await world.stores.stages.list(run.id);
  expect(stages.map(({ role, round }) => `${role}-${round}`)).toEqual([
    ...['issue-reader-1', 'coder-1', 'verifier-1', 'reviewer-1', 'verifier-2'],
  ]);
  expect((await kindsOf(run)).filter((kind) => kind === 'base.moved')).toHaveLength(1);
  await expectAtRest(world, run);
  await expectReplayed(run, 2);
});

test('a conflict goes back to the coder, who is told of it, and the change is reviewed anew', async () => {
  const run = await runWhile(
    { 'sum.js': 'export const sum = (a, b) => a - b;\nexport const less = (a, b) => a - b;\n' },
    'merge: merge-when-approved',
    {
      ...{ role: 'coder', round: 2 },
      calls: [['shell', { command: "grep -c '<<<<<<<' sum.js" }]],
    },
    {
      ...{ role: 'coder', round: 2 },
      calls: [
        ['create', { path: 'sum.js', content: mixed }],
        ['submit', { title: 'Add instead of subtracting', body: 'Both are kept.' }],
      ],
    },
    { ...reviewerTurn, round: 2 },
  );
  expect(run).toMatchObject({ outcome: 'merged' });
  expect(run.moves).toMatchObject([{ round: 1, conflicts: ['sum.js'] }]);
  expect(git('show', 'main:sum.js')).toBe(mixed.trim());
  expect(await published(world, run)).toMatchObject({ pulls: 1, merged: 1, reviews: 2 });
  const events = await world.stores.ledger.events(run.id);
  const looked = events.find(
    ({ kind, data }) => kind === 'sandbox.tool.called' && data?.round === 2,
  );
  expect(looked?.data).toMatchObject({ tool: 'shell', exitCode: 0 });
  await expectAtRest(world, run);
  await expectReplayed(run, 2);
});

test('where the two together are wrong, the coder is told and no round is lost', async () => {
  const breaks = `import { test } from 'node:test';
import assert from 'node:assert/strict';
import { sum } from './sum.js';
test('nothing and one', () => assert.equal(sum(0, 1), -1));
`;
  const run = await runWhile({ 'other.test.js': breaks }, 'limits: { rounds: 2 }');
  expect(run).toMatchObject({ outcome: 'failed', error: { name: 'ChecksFailed' } });
  expect(run.error?.message).toContain('nothing and one');
  expect(await published(world, run)).toMatchObject({ pulls: 1, merged: 0, drafts: 1 });
  await expectAtRest(world, run);
});

test('with no round left it is handed over, and said; a conflict fails by its name', async () => {
  const rules = 'merge: merge-when-approved\nlimits: { rounds: 1 }';
  const run = await runWhile({ 'other.js': '// new\n' }, rules);
  expect(run).toMatchObject({ outcome: 'handed-over' });
  expect(run.note).toMatch(/main has moved on since the checks were run on [0-9a-f]{12}/);
  expect(await published(world, run)).toMatchObject({ merged: 0, drafts: 0 });
  await world.close();
  const other = await runWhile({ 'sum.js': 'export const sum = () => 0;\n' }, rules);
  expect(other).toMatchObject({ outcome: 'failed', error: { name: 'BaseConflict' } });
  expect(other.error?.message).toContain('sum.js');
  expect(await published(world, other)).toMatchObject({ merged: 0, drafts: 1 });
});
