import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { spawnPlayground } from '../../../lib/local/playground/remote.ts';
import { desk, outcomeOf } from '../command-line.ts';
import { calls, codes, conversation, reads, reviews } from '../scripted-team.ts';
import { mended, runBranches, sums } from '../sums.ts';
import { startRun, teamOver } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());

const asks = conversation('reader', calls(['ask_question', { question: 'Which sum is meant?' }]));

test('an answered question is gone on with, on one budget, and the reader sees the answer', async () => {
  const turns = [asks, reads, codes(mended), reviews('approve')];
  const run = await startRun(at, { turns });
  const first = await run.ended;
  expect(first.code).toBe(3);
  const asked = outcomeOf(first);
  expect(asked).toMatchObject({ outcome: 'question', note: 'Which sum is meant?' });
  const silent = await at.entropy(['answer', asked.run, ' '], run.team.env);
  expect(silent).toMatchObject({ code: 2, err: expect.stringMatching(/no text/) });
  const answer = ['answer', asked.run, 'The one of', 'all numbers.', '--json'];
  const end = await at.entropy(answer, run.team.env);
  await run.team.close();
  const outcome = outcomeOf(end);
  expect(end.code).toBe(0);
  expect(outcome).toMatchObject({ outcome: 'handed-over' });
  expect(runBranches(run.repo)).toEqual([outcome.branch]);
  const briefs = run.team.requests.filter(({ system }) => system.includes('You read one issue'));
  const told = JSON.stringify(briefs.at(-1)?.body.messages);
  expect(told).toContain('You asked: Which sum is meant?');
  expect(told).toContain('answered: The one of all numbers.');
  const again = await at.entropy(['answer', outcome.run, 'more'], run.team.env);
  expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/asks nothing/) });
  expect((await at.entropy(['audit', 'verify', outcome.run])).code).toBe(0);
});

test('a question on GitHub can be answered here as well, by whoever may write there', async () => {
  const playground = await spawnPlayground({ dataDir: join(at.root, 'github') });
  const seed = {
    owner: 'octo',
    name: 'sums',
    files: sums,
    collaborators: { maria: 'write' as const },
  };
  await playground.seedRepository(seed);
  const issue = { repository: 'octo/sums', author: 'maria', title: 'wrong', body: 'It is wrong.' };
  await playground.createIssue(issue);
  const team = await teamOver('anthropic', [asks, reads, codes(mended), reviews('approve')]);
  const tokenOf = async (login: string) => ({
    ...{ ...team.env, ENTROPY_GITHUB_API: playground.apiUrl },
    GITHUB_TOKEN: await playground.userToken(login),
  });
  const args = ['run', 'octo/sums#1', '--yes', '--json', '--sandbox', 'process', ...team.args];
  const first = await at.entropy(args, await tokenOf('maria'));
  expect(first.code).toBe(3);
  const answer = ['answer', outcomeOf(first).run, 'All of them.', '--json'];
  expect((await at.entropy(answer, await tokenOf('stranger'))).code).toBeGreaterThan(0);
  const end = await at.entropy(answer, await tokenOf('maria'));
  await team.close();
  await playground.close();
  expect(outcomeOf(end)).toMatchObject({ outcome: 'handed-over', pullRequest: { number: 2 } });
  expect(end.code).toBe(0);
});
