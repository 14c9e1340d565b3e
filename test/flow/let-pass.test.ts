import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { desk, jsonLines, outcomeOf } from '../bin/command-line.ts';
import { codes, reads, reviews } from '../bin/scripted-team.ts';
import { git, mended, repositoryAt, runBranches, sums, treeWith } from '../bin/sums.ts';
import { modelKey, runToEnd, startRun } from '../bin/team-run.ts';
import { expectAtRest, published } from './fixtures/ending.ts';
import { ended, makeWorld, until } from './fixtures/world.ts';

const at = desk();
afterAll(() => at.remove());

const patience = 240_000;
const rules = { '.entropy.yml': 'version: 1\nprotect: [src]\n' };

test(
  'a change that policy stopped is kept, shown, and let pass by one command',
  async () => {
    const repo = repositoryAt(join(at.root, 'protected'), { ...sums, ...rules });
    const first = await startRun(at, { repo, turns: [reads, codes(mended), reviews('approve')] });
    const stopped = outcomeOf(await first.ended);
    expect(stopped.error).toEqual({
      name: 'PolicyViolation',
      message: 'protected: "src/sum.js" is protected by src',
    });
    expect(runBranches(repo)).toEqual([]);
    const { run } = stopped;
    const asked = first.team.requests.length;
    // Somebody goes on meanwhile, elsewhere: what was let pass is laid over that.
    writeFileSync(join(repo, 'other.js'), '// new\n');
    git(repo, 'add', 'other.js');
    git(repo, 'commit', '-qm', 'Meanwhile');

    const nobody = await at.entropy(['let-pass', run]);
    expect(nobody.code).toBe(2);
    expect(nobody.err).toMatch(
      /^\+export const sum[\s\S]*It breaks:\n {2}protected: "src\/sum\.js"/m,
    );
    expect(nobody.err).toMatch(/give --yes; it was not let pass/);

    const again = await at.entropy(['let-pass', run, '--yes', '--json'], {
      ANTHROPIC_API_KEY: modelKey,
    });
    await first.team.close();
    const outcome = outcomeOf(again);
    expect(outcome).toMatchObject({ outcome: 'handed-over', error: null });
    expect(outcome.evidence?.verdict).toBe('good');
    // The reviewer alone was asked.
    const requests = first.team.requests.slice(asked);
    expect(requests.map(({ system }) => /You review a change/.test(system))).toEqual([true]);
    const events = jsonLines(again);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'handoff.kept').length).toBe(2);
    expect(events.find(({ kind }) => kind === 'run.queued')).toMatchObject({
      standing: 'observed',
      data: {
        pass: {
          run,
          rules: ['protected: "src/sum.js" is protected by src'],
          by: expect.any(String),
        },
      },
    });
    expect(events.find(({ kind }) => kind === 'change.validated')?.data).toMatchObject({
      letPass: ['protected: "src/sum.js" is protected by src'],
      by: expect.any(String),
    });
    expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, 'main', mended));
    expect(readFileSync(fileURLToPath(outcome.pullRequest?.url ?? ''), 'utf8')).toMatch(
      /## Let pass\n\n`.*` let this change pass[\s\S]*is protected by src/,
    );
    const audit = await at.entropy(['audit', 'verify', outcome.run]);
    expect(audit).toMatchObject({ code: 0 });
  },
  patience,
);

test(
  'where a file of the change has moved on, the run starts from what the change was made on',
  async () => {
    const repo = repositoryAt(join(at.root, 'moved'), { ...sums, ...rules });
    const base = git(repo, 'rev-parse', 'main');
    const first = await startRun(at, { repo, turns: [reads, codes(mended), reviews('approve')] });
    const { run } = outcomeOf(await first.ended);
    // Git could merge the two; then it would be another change than the one that was looked at.
    writeFileSync(join(repo, 'src/sum.js'), `${sums['src/sum.js']}\n\n\n// More.\n`);
    git(repo, 'commit', '-qam', 'Meanwhile');
    const again = await at.entropy(['let-pass', run, '--yes', '--json'], {
      ANTHROPIC_API_KEY: modelKey,
    });
    await first.team.close();
    const outcome = outcomeOf(again);
    expect(outcome).toMatchObject({ outcome: 'handed-over', error: null });
    expect(git(repo, 'rev-parse', `${outcome.branch}^`)).toBe(base);
    expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, base, mended));
    const replayed = await at.entropy(['replay', outcome.run]);
    expect(replayed).toMatchObject({ code: 2, err: expect.stringContaining(`replay ${run}`) });
  },
  patience,
);

test(
  'a rule that nobody can let pass is named, and nothing is started',
  async () => {
    const repo = repositoryAt(join(at.root, 'hard'), { ...sums, ...rules });
    const change = { ...mended, '.gitattributes': '* text=auto\n' };
    const stopped = await runToEnd(at, { repo, turns: [reads, codes(change)] });
    expect(stopped.outcome.error?.message).toMatch(/"\.gitattributes" is git configuration/);
    const refused = await at.entropy(['let-pass', stopped.outcome.run, '--yes']);
    expect(refused.code).toBe(5);
    expect(refused.err).toMatch(
      /PolicyViolation: protected: "\.gitattributes" is git configuration\n$/,
    );
    expect(runBranches(repo)).toEqual([]);
  },
  patience,
);

test('a run that policy did not stop has nothing to let pass', async () => {
  const unknown = await at.entropy(['let-pass', 'r-nobody']);
  expect(unknown).toMatchObject({ code: 2, err: expect.stringMatching(/NotFound/) });
});

test(
  'a maintainer lets it pass by a comment on GitHub; who may only write can not',
  async () => {
    const world = await makeWorld({
      files: { '.entropy.yml': 'version: 1\nmerge: merge-when-approved\nprotect: [sum.js]\n' },
    });
    try {
      const { playground, repository, stores } = world;
      await playground.setCollaborator(repository, 'writer', 'write');
      await world.start();
      const number = await world.issue();
      await world.trigger(number);
      const first = await ended(world);
      expect(first.error?.name).toBe('PolicyViolation');
      const say = async (by: string) => {
        const said = { repository, number, by, body: '/entropy let-pass' };
        const { id } = await playground.comment(said);
        await playground.settled();
        return String(id);
      };
      await say('writer');
      await until(
        'an empty inbox',
        async () => (await stores.inbox.pending(1)).length === 0 || undefined,
      );
      expect(await stores.runs.list()).toHaveLength(1);
      const comment = await say('ada');
      const second = await until('a run of the comment', async () =>
        (await stores.runs.list()).find(({ trigger }) => trigger.id === comment),
      );
      const last = await ended(world, second.id);
      expect(last).toMatchObject({
        outcome: 'merged',
        pass: { run: first.id, by: 'ada', rules: ['protected: "sum.js" is protected by sum.js'] },
      });
      expect(await published(world, last)).toMatchObject({ merged: 1 });
      await expectAtRest(world, last);
    } finally {
      await world.close();
    }
  },
  patience,
);
