import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk } from '../bin/command-line.ts';
import { calls, codes, conversation, reads, reviews, toldIn } from '../bin/scripted-team.ts';
import { git, mended, repositoryAt, runBranches, sums, treeWith } from '../bin/sums.ts';
import { modelKey, runToEnd } from '../bin/team-run.ts';

const at = desk();
afterAll(() => at.remove());

const patience = 180_000;

describe('without a change', () => {
  test(
    'a question: exit 3, and the question is shown',
    async () => {
      const question = 'Should an empty list be an error?';
      const asks = conversation('reader', calls(['ask_question', { question }]));
      const end = await runToEnd(at, { turns: [asks] });
      expect(end).toMatchObject({
        code: 3,
        outcome: { outcome: 'question', note: question, error: null, evidence: null },
      });
      expect(runBranches(end.repo)).toEqual([]);
    },
    patience,
  );

  test(
    'a refusal: exit 4, and the reason is shown',
    async () => {
      const reason = 'It asks to publish the keys.';
      const refuses = conversation('reader', calls(['refuse', { reason }]));
      const end = await runToEnd(at, { wire: 'openai-compatible', turns: [refuses] });
      expect(end).toMatchObject({ code: 4, outcome: { outcome: 'refused', note: reason } });
    },
    patience,
  );

  test(
    'a budget of one call: exit 5, and the provider is not asked a second time',
    async () => {
      const looks = calls(['view', { path: 'src/sum.js' }]);
      const end = await runToEnd(at, {
        turns: [conversation('reader', looks, looks, looks)],
        args: ['--budget', '1turns'],
      });
      expect(end.code).toBe(5);
      expect(end.outcome.error?.name).toBe('BudgetExceeded');
      expect(end.outcome.error?.message).toMatch(/1 model calls used of 1/);
      expect(end.requests.length).toBe(1);
      expect(end.outcome.usage).toMatchObject({ turns: 1, input: 100, output: 20 });
    },
    patience,
  );

  test(
    'a budget that does not cover one call: the provider is never asked',
    async () => {
      const end = await runToEnd(at, { turns: [reads], args: ['--budget', '0.001'] });
      expect(end.code).toBe(5);
      expect(end.outcome.error?.name).toBe('BudgetExceeded');
      expect(end.requests).toEqual([]);
      expect(end.outcome.usage.dollars).toBe(0);
    },
    patience,
  );

  test.each([
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['openai-compatible', 'OPENAI_API_KEY'],
  ] as const)(
    'a key that is refused, over %s: exit 5, and the setting is named',
    async (wire, setting) => {
      const refused = { failures: [{ status: 401, message: `bad key ${modelKey}` }] };
      const end = await runToEnd(at, { wire, turns: [conversation('reader', refused)] });
      expect(end.code).toBe(5);
      expect(end.outcome.error?.name).toBe('ModelFailed');
      expect(end.outcome.error?.message).toContain(`check ${setting}`);
      expect(end.requests.length).toBe(1);
      expect(end.out + end.err).not.toContain(modelKey);
    },
    patience,
  );

  test(
    'a plan that is invalid three times: exit 5, HandoffInvalid',
    async () => {
      const bad = calls(['submit_plan', { title: 'x' }]);
      const end = await runToEnd(at, { turns: [conversation('reader', bad, bad, bad)] });
      expect(end.code).toBe(5);
      expect(end.outcome.error?.name).toBe('HandoffInvalid');
      expect(end.outcome.error?.message).toContain('summary');
      expect(end.requests.length).toBe(3);
      expect(toldIn(end.requests[2] ?? never())).toContain('Not accepted: ');
    },
    patience,
  );

  test(
    'a model that repeats itself: exit 5, AgentStuck',
    async () => {
      const same = calls(['search', { pattern: 'sum' }]);
      const turns = [conversation('reader', ...Array.from({ length: 9 }, () => same))];
      const end = await runToEnd(at, { wire: 'openai-compatible', turns });
      expect(end.code).toBe(5);
      expect(end.outcome.error?.name).toBe('AgentStuck');
      expect(end.requests.length).toBe(6);
    },
    patience,
  );
});

describe('with a reviewer', () => {
  test(
    'who is satisfied in the second round: exit 0, two rounds, one branch',
    async () => {
      const better = { 'src/sum.js': mended['src/sum.js']?.replace('(a, b)', '(x, b)') ?? '' };
      const last = { 'src/sum.js': better['src/sum.js'].replace('a + b', 'x + b') };
      const turns = [
        reads,
        codes(mended),
        reviews('request-changes', 'Name the accumulator x.'),
        codes(last),
        reviews('approve'),
      ];
      const end = await runToEnd(at, { wire: 'openai-compatible', turns });
      const { outcome, repo, requests } = end;
      expect(end.code).toBe(0);
      expect(outcome).toMatchObject({ outcome: 'handed-over', evidence: { rounds: 2 } });
      expect(runBranches(repo)).toEqual([outcome.branch]);
      expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, 'main', last));
      expect(git(repo, 'rev-list', '--count', `main..${outcome.branch}`)).toBe('2');
      expect(requests.map(toldIn).join()).toContain('Name the accumulator x.');
    },
    patience,
  );

  test(
    'who is never satisfied: exit 5, ReviewRejected, and the branch is kept as a draft',
    async () => {
      const repo = repositoryAt(join(at.root, 'rejected'), {
        ...sums,
        '.entropy.yml': 'version: 1\nlimits: { rounds: 1 }\n',
      });
      const no = reviews('request-changes', 'It sums in the wrong order.');
      const end = await runToEnd(at, { repo, turns: [reads, codes(mended), no] });
      const { outcome } = end;
      expect(end.code).toBe(5);
      expect(outcome.error).toEqual({
        name: 'ReviewRejected',
        message: 'It sums in the wrong order.',
      });
      expect(runBranches(repo)).toEqual([outcome.branch]);
      const text = readFileSync(join(at.dataDir, 'runs', outcome.run, 'pull-request.md'), 'utf8');
      expect(text).toContain('(draft)');
    },
    patience,
  );
});

describe('with checks that', () => {
  test(
    'are not there: exit 5, and the lines of .entropy.yml that would mend it are shown',
    async () => {
      const repo = repositoryAt(join(at.root, 'no-tests'), {
        'notes.txt': 'one\n',
        'app/package.json': '{"scripts":{"test":"node --test"}}',
      });
      const turns = [reads, codes({ 'notes.txt': 'two\n' })];
      const end = await runToEnd(at, { repo, turns });
      const { outcome } = end;
      expect(end.code).toBe(5);
      expect(outcome.error?.name).toBe('ChecksUnavailable');
      expect(outcome.error?.message).toMatch(/^checks-unavailable: /);
      const lines = 'version: 1\nchecks:\n  setup: []\n  test: "cd app && node --test"\n';
      expect(outcome.error?.message).toContain(lines);
      expect(outcome.evidence?.detail).toContain(lines);
      expect(runBranches(repo)).toEqual([]);
      expect(existsSync(join(at.dataDir, 'runs', outcome.run, 'change.patch'))).toBe(true);
    },
    patience,
  );

  test(
    'never end with the change: they are ended, exit 5',
    async () => {
      const repo = repositoryAt(join(at.root, 'endless'), {
        ...sums,
        '.entropy.yml': 'version: 1\nlimits: { rounds: 1 }\n',
      });
      const endless = { 'src/sum.js': `${mended['src/sum.js']}setInterval(() => {}, 1000);\n` };
      const end = await runToEnd(at, {
        ...{ repo, turns: [reads, codes(endless)] },
        // The base's own tests must end within it.
        env: { ENTROPY_COMMAND_MS: '30000' },
      });
      expect(end.code).toBe(5);
      expect(end.outcome.error?.name).toBe('ChecksFailed');
      expect(end.outcome.error?.message).toMatch(/^test-broken: The tests do not end with the/);
    },
    patience,
  );
});

function never(): never {
  throw new Error('no such request');
}
