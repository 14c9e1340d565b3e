import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk } from '../bin/command-line.ts';
import { calls, codes, conversation, reads, reviews } from '../bin/scripted-team.ts';
import { type Files, mended, repositoryAt, runBranches, sums } from '../bin/sums.ts';
import { runToEnd } from '../bin/team-run.ts';

const at = desk();
afterAll(() => at.remove());

const patience = 240_000;
const asks = conversation('reader', calls(['ask_question', { question: 'Which?' }]));
let made = 0;

/** `sums` with the rules in its `.entropy.yml`. */
const ruled = (rules: string, more: Files = {}) => {
  made += 1;
  const files = { ...sums, '.entropy.yml': rules, ...more };
  return repositoryAt(join(at.root, `ruled-${made}`), files);
};

describe('before anything is asked of a model', () => {
  test(
    'rules that are not valid end the run, by line and key',
    async () => {
      const end = await runToEnd(at, { repo: ruled('version: 1\nlimit: {}\n'), turns: [] });
      expect(end.code).toBe(5);
      expect(end.outcome.error).toEqual({
        name: 'ConfigInvalid',
        message: '.entropy.yml:2: limit: unknown key; did you mean limits?',
      });
    },
    patience,
  );

  test(
    'a repository that is switched off is left alone',
    async () => {
      const end = await runToEnd(at, { repo: ruled('version: 1\nenabled: false\n'), turns: [] });
      expect(end.code).toBe(4);
      expect(end.outcome.note).toMatch(/enabled: false/);
    },
    patience,
  );

  test(
    'the day has seen as many runs as the cap lets in',
    async () => {
      const repo = ruled('version: 1\ndaily: { runs: 1 }\n');
      expect((await runToEnd(at, { repo, turns: [asks] })).code).toBe(3);
      const end = await runToEnd(at, { repo, turns: [asks] });
      expect(end.code).toBe(4);
      expect(end.outcome.note).toMatch(/^\.entropy\.yml: daily\.runs is 1, .*tomorrow/);
      expect(end.requests).toEqual([]);
    },
    patience,
  );

  test(
    'a budget that the repository lowers binds; one that it raises does not',
    async () => {
      const low = await runToEnd(at, {
        repo: ruled('version: 1\nbudget: { tokens: 10 }\n'),
        turns: [asks],
      });
      expect(low.outcome.error?.name).toBe('BudgetExceeded');
      expect(low.requests).toEqual([]);
      const high = await runToEnd(at, {
        repo: ruled('version: 1\nbudget: { tokens: 1000000 }\n'),
        turns: [asks],
        args: ['--budget', '10'.concat(',0.01k')],
      });
      expect(high.outcome.error?.message).toMatch(/of 10;/);
    },
    patience,
  );

  test(
    'a model without a price is not taken from a repository where dollars bind',
    async () => {
      const repo = ruled('version: 1\nroles: { issue-reader: { model: no-such-model } }\n');
      const end = await runToEnd(at, { repo, turns: [asks] });
      expect(end.outcome.error).toMatchObject({
        name: 'ConfigInvalid',
        message: expect.stringMatching(/no-such-model has no known price.*--role-model/),
      });
      expect(end.requests).toEqual([]);
    },
    patience,
  );
});

test(
  "a role's model, instructions and turns are the repository's",
  async () => {
    const rules = `version: 1
roles:
  issue-reader: { model: small-one, instructions: Ask when in doubt. }
  coder: { turns: 1 }
`;
    const looks = calls(['view', { path: 'src/sum.js' }]);
    const end = await runToEnd(at, {
      repo: ruled(rules),
      wire: 'openai-compatible',
      turns: [reads, conversation('coder', looks, looks, looks)],
    });
    expect(end.outcome.error).toMatchObject({ name: 'AgentStuck' });
    const [first, ...others] = end.requests;
    expect(first?.body.model).toBe('small-one');
    expect(JSON.stringify(first?.body)).toContain('Ask when in doubt.');
    expect(others.every(({ body }) => body.model === 'a-model')).toBe(true);
    expect(JSON.stringify(others.map(({ body }) => body))).not.toContain('Ask when in doubt.');
  },
  patience,
);

test(
  'what AGENTS.md says in the base is shown to the roles as data, and not what a change says',
  async () => {
    const repo = ruled('version: 1\n', { 'AGENTS.md': 'Name tests after what they show.\n' });
    const end = await runToEnd(at, {
      repo,
      turns: [reads, codes(mended), reviews('approve')],
    });
    expect(end.outcome.outcome).toBe('handed-over');
    expect(runBranches(repo).length).toBe(1);
    for (const { body } of end.requests) {
      expect(JSON.stringify(body)).toMatch(
        /<data-[0-9a-f]+ label=.{0,4}AGENTS\.md.{0,40}Name tests after/,
      );
    }
  },
  patience,
);
