import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import type { ScriptedRequest } from '../../fakes/scripted-model.ts';
import { desk, outcomeOf, runIn } from '../command-line.ts';
import { calls, codes, conversation, reads, reviews, submits } from '../scripted-team.ts';
import { git, mended, repositoryAt, runBranches, sums, treeWith } from '../sums.ts';
import { startRun } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());

const patience = 180_000;

test(
  'a run whose process was killed goes on where it was, and one branch comes of it',
  async () => {
    const looks = calls(['view', { path: 'src/sum.js' }]);
    const stalls = conversation('coder', looks, { ...submits, after: new Promise(() => {}) });
    const env = { ENTROPY_LEASE_MS: '1000' };
    const turns = [reads, stalls, codes(mended), reviews('approve')];
    const run = await startRun(at, { turns, env });
    const isSecond = ({ system, turn }: ScriptedRequest) =>
      /You are the coder/.test(system) && turn === 2;
    while (!run.team.requests.some(isSecond)) await sleep(20);
    run.child.kill('SIGKILL');
    const { out } = await run.ended;
    const id = runIn(out);

    const end = await at.entropy(['retry', id, '--json'], { ...run.team.env, ...env });
    await run.team.close();
    const outcome = outcomeOf(end);
    expect(end.code).toBe(0);
    expect(outcome).toMatchObject({ run: id, outcome: 'handed-over', evidence: { rounds: 1 } });
    expect(runBranches(run.repo)).toEqual([outcome.branch]);
    expect(git(run.repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(
      treeWith(run.repo, 'main', mended),
    );
    const readers = run.team.requests.filter(({ system }) => system.includes('You read one issue'));
    expect(readers.length).toBe(1);
    const verified = await at.entropy(['audit', 'verify', id]);
    expect(verified).toMatchObject({ code: 0, out: expect.stringMatching(/sealed and signed/) });
  },
  patience,
);

test(
  'a run that has ended is started anew on the same issue',
  async () => {
    const repo = repositoryAt(join(at.root, 'again'), {
      ...sums,
      '.entropy.yml': 'version: 1\nlimits: { rounds: 1 }\n',
    });
    const turns = [reads, codes({ 'a.txt': 'a\n' }), reads, codes(mended), reviews('approve')];
    const run = await startRun(at, { repo, turns, wire: 'openai-compatible' });
    const first = await run.ended;
    expect(first.code).toBe(5);
    const { run: id } = outcomeOf(first);
    const end = await at.entropy(['retry', id, '--json'], run.team.env);
    await run.team.close();
    const outcome = outcomeOf(end);
    expect(end.code).toBe(0);
    expect(outcome.run).not.toBe(id);
    expect(runBranches(repo)).toEqual([outcome.branch]);
    const brief = run.team.requests.filter(({ system }) => system.includes('You read one issue'));
    expect(JSON.stringify(brief[1]?.body.messages)).toContain('sum leaves out the first number');

    const noKey = await at.entropy(['retry', await anthropicRun()]);
    expect(noKey).toMatchObject({ code: 2, out: '' });
    expect(noKey.err).toMatch(/set ANTHROPIC_API_KEY/);
  },
  patience,
);

/** A run that ended and was asked of a provider with a key. */
async function anthropicRun(): Promise<string> {
  const refuses = conversation('reader', calls(['refuse', { reason: 'Not this one.' }]));
  const run = await startRun(at, { turns: [refuses] });
  const end = await run.ended;
  await run.team.close();
  return outcomeOf(end).run;
}
