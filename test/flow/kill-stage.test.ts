import { afterEach, expect, test } from '@jest/globals';
import { expectMergedOnce } from './fixtures/ending.ts';
import { harnessOf, running } from './fixtures/sandboxes.ts';
import { coderTurn, readerTurn, reviewerTurn, script, shell } from './fixtures/turns.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

/** Only in a stage's first attempt. One process leaves the shell's group, another its session. */
const stuck = (role: string) =>
  `case "$PWD" in */${role}-1-1/*) sleep 1000 & setsid sleep 1000 & sleep 1000;; esac`;
const turns = script(
  readerTurn,
  shell('coder', stuck('coder')),
  coderTurn,
  shell('reviewer', stuck('reviewer')),
  reviewerTurn,
);
/** A test that does not end where it is run in the verifier's first attempt. */
const slowTest = `import { test } from 'node:test';
test('slow once', async () => {
  if (!process.cwd().includes('/verifier-1-1/')) return;
  await new Promise((resolve) => setTimeout(resolve, 1_000_000));
});
`;

const kill = async (stage: string) => process.kill(await harnessOf(world, stage), 'SIGKILL');

test('a stage of any role whose sandbox is killed is tried again, and nothing of it is left', async () => {
  world = await makeWorld({ files: { 'slow.test.js': slowTest } });
  await world.start({ turns, hold: 'Reader' });
  await world.trigger(await world.issue());
  await kill('issue-reader-1-1');
  await running(world, 'sleep 1000', 3);
  await kill('coder-1-1');
  await until('the slow test', async () => {
    const [run] = await world.stores.runs.list();
    const events = run === undefined ? [] : await world.stores.ledger.events(run.id);
    return events.some(({ kind }) => kind === 'sandbox.verify.found') || undefined;
  });
  await kill('verifier-1-1');
  await running(world, 'sleep 1000', 3);
  await kill('reviewer-1-1');
  const run = await ended(world);
  const attempts = await world.stores.stages.list(run.id);
  expect(attempts.map((one) => [one.role, one.attempt, one.handoff !== undefined])).toEqual(
    ['issue-reader', 'coder', 'verifier', 'reviewer'].flatMap((role) => [
      [role, 1, false],
      [role, 2, true],
    ]),
  );
  await expectMergedOnce(world, run);
}, 600_000);
