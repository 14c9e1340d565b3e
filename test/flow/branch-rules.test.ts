import { afterEach, expect, test } from '@jest/globals';
import { creationRefused, mergeRefused } from '../github/ruled-answers.ts';
import { expectAtRest, expectMergedOnce, published } from './fixtures/ending.ts';
import { ended, makeWorld, until, type World } from './fixtures/world.ts';

let world: World;
afterEach(() => world.close());

/** The last that our App has said on the issue. */
async function said(number: number): Promise<string> {
  const { repositories } = await world.playground.snapshot();
  const issue = repositories[0]?.issues.find((one) => one.number === number);
  return issue?.comments.filter(({ author }) => author.endsWith('[bot]')).at(-1)?.body ?? '';
}
const calls = async (run: string) => (await world.stores.budgets.spent(run)).turns;

test('a ruleset forbids the branch: the change is kept, and goes on once a maintainer has changed the rule', async () => {
  world = await makeWorld();
  const { playground, repository, stores } = world;
  const [[, fault] = []] = creationRefused;
  if (fault === undefined) throw new Error('no answer of GitHub to try');
  await playground.addFault(fault);
  await world.start();
  const number = await world.issue();
  await world.trigger(number);
  const first = await ended(world);
  expect(first).toMatchObject({ outcome: 'failed', error: { name: 'BranchProtected' } });
  expect(await published(world, first)).toMatchObject({
    pulls: 0,
    labels: ['entropy', 'entropy: failed'],
  });
  const told = await said(number);
  expect(told).toMatch(/^Failed with `BranchProtected`:\n\n> GitHub's rules refuse the branch/);
  expect(told).toMatch(/creations being restricted.*Except entropy\/\\?\*\\?\* from the rule/);
  expect(told).toMatch(/The change is kept\. Once GitHub lets it in, .* `\/entropy let-pass`/);
  await expectAtRest(world, first);
  const settled = (await stores.ledger.events(first.id)).at(-1);
  expect(settled?.data).toMatchObject({ exitCode: 6 });

  // The rule is changed by now: nothing refuses any more.
  const comment = { repository, number, by: 'ada', body: '/entropy let-pass' };
  const { id } = await playground.comment(comment);
  await playground.settled();
  const second = await until('a run of the comment', async () =>
    (await stores.runs.list()).find(({ trigger }) => trigger.id === String(id)),
  );
  const last = await ended(world, second.id);
  expect(last.pass).toMatchObject({ run: first.id, rules: [], by: 'ada' });
  await expectMergedOnce(world, last);
  // The reviewer alone was asked.
  expect(await calls(last.id)).toBeLessThan(await calls(first.id));
});

test('a ruleset forbids the merge: the pull request is handed over, with what to change', async () => {
  world = await makeWorld();
  const [[, fault] = []] = mergeRefused;
  if (fault === undefined) throw new Error('no answer of GitHub to try');
  await world.playground.addFault(fault);
  await world.start();
  const number = await world.issue();
  await world.trigger(number);
  const run = await ended(world);
  expect(run).toMatchObject({
    outcome: 'handed-over',
    note: expect.stringMatching(/^It could not be merged: BranchProtected: GitHub's rules refuse/),
  });
  expect(await published(world, run)).toMatchObject({ pulls: 1, merged: 0, drafts: 0 });
  expect(await said(number)).toMatch(/At least 1 approving review.*let this App bypass them/);
  const events = await world.stores.ledger.events(run.id);
  const failed = events.find(({ kind }) => kind === 'effect.failed');
  expect(failed?.data).toMatchObject({ kind: 'merge', error: 'BranchProtected' });
  await expectAtRest(world, run);
});
