import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Rule } from '../../lib/domain/verdict.ts';
import type { OutcomeReport } from '../../lib/services/report.ts';
import { git } from '../agent/verify-repository.ts';
import {
  type Desk,
  desk,
  type Ended,
  filesWith,
  jsonLines,
  outcomeOf,
} from '../bin/command-line.ts';
import { calls, conversation, reviews, submits } from '../bin/scripted-team.ts';
import { type Files, runBranches, stateOf, treeWith } from '../bin/sums.ts';
import { modelKey, teamOver, type WireName } from '../bin/team-run.ts';
import type { ScriptedConversation } from '../fakes/scripted-model.ts';

const patience = 900_000;
/** Without a word of the repository's. */
const usualRounds = 3;

/** A package that nobody here made, with a bug planted in it that its own tests catch. */
export interface WholeRun {
  readonly name: string;
  /** Puts the package into a folder. */
  readonly fetch: (dir: string) => void;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  /** A test that must be among the proof of the right change. */
  readonly proof: string;
  readonly wires: { readonly right: WireName; readonly wrongs: WireName };
  readonly options?: readonly string[];
  /**
   * What is in the bug's place after a wrong change, and, by what is wrong with them, the other changes without any mending
   * of the bug: each with the rule that must name it, and what must be said of it.
   */
  readonly stillWrong: string;
  readonly wrongs: (read: (path: string) => string) => Record<string, [Files, Rule, RegExp]>;
}

/** A run with the right change is handed over; one with the wrong ones, round after round, never is. */
export function showsWholeRuns(row: WholeRun): void {
  describe(row.name, () => {
    let at: Desk;
    let dir = '';
    afterAll(() => at.remove());
    const read = (path: string) => readFileSync(join(dir, path), 'utf8');
    let original = '';
    let base = '';
    beforeAll(() => {
      // Only now: of rows that a filter leaves out nothing is made.
      at = desk();
      dir = join(at.root, 'repository');
      git('/', 'init', '-q', '-b', 'main', dir);
      row.fetch(dir);
      original = read(row.file);
      if (!original.includes(row.right)) throw new Error(`no such text in ${row.file}`);
      writeFileSync(join(dir, row.file), original.replace(row.right, row.wrong));
      // A round for each wrong change; a file more only where the usual rounds are too few.
      const rounds = Object.keys(wrongsOf(row, read)).length;
      const rules = `version: 1\nlimits: { rounds: ${rounds} }\n`;
      if (rounds > usualRounds) writeFileSync(join(dir, '.entropy.yml'), rules);
      git(dir, 'add', '-A', '-f');
      git(dir, 'commit', '-q', '-m', 'base');
      base = git(dir, 'rev-parse', 'HEAD');
    });

    const rightChange = async () => {
      const before = stateOf(dir);
      const end = await run(at, { dir, row }, row.wires.right, [codes({ [row.file]: original })]);
      const { outcome } = end;
      expectEnd(end, '0 handed-over');
      expect(outcome.evidence).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
      expect(outcome.evidence?.proof).toContain(row.proof);
      const tree = treeWith(dir, base, { [row.file]: original });
      expect(git(dir, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(tree);
      expect(stateOf(dir)).toEqual(before);
      expect(filesWith(at.dataDir, modelKey)).toEqual([]);
      git(dir, 'branch', '-D', outcome.branch ?? '');
    };
    test('the right change is handed over', rightChange, patience);

    const wrongChanges = async () => {
      const given = Object.entries(wrongsOf(row, read));
      const coders = given.map(([, [files]]) => codes(files));
      const end = await run(at, { dir, row }, row.wires.wrongs, coders);
      expectEnd(end, '5 failed ChecksFailed');
      const judged = jsonLines(end).filter(({ kind }) => kind === 'evidence.judged');
      const told = given.map(([name], round) => {
        const { verdict, rule, detail } = judged[round]?.data ?? {};
        return { name, verdict, rule, detail };
      });
      expect(told).toEqual(
        given.map(([name, [, rule, said]]) => {
          return { name, verdict: 'bad', rule, detail: expect.stringMatching(said) };
        }),
      );
      expect(judged).toHaveLength(given.length);
      // What a person is told is the last of them.
      expect(end.outcome.error?.message).toMatch(given.at(-1)?.[1][2] ?? /never/);
      expect(runBranches(dir)).toEqual([]);
    };
    test('wrong changes, round after round, are never a success', wrongChanges, patience);
  });
}

function wrongsOf(row: WholeRun, read: (path: string) => string): ReturnType<WholeRun['wrongs']> {
  const { file, wrong, stillWrong, wrongs } = row;
  const changed = read(file).replace(wrong, stillWrong);
  return { 'a wrong change': [{ [file]: changed }, 'no-proof', noProof], ...wrongs(read) };
}

/** Nothing tells such a change from one that does nothing. */
export const noProof = /No test fails without the change/;

/** In a closed sandbox, with the machine's own toolchains. */
async function run(
  at: Desk,
  { dir, row: { file, options = [] } }: { readonly dir: string; readonly row: WholeRun },
  wire: WireName,
  coders: readonly ScriptedConversation[],
) {
  const plan = {
    ...{ title: `Mend ${file}`, summary: `A case in ${file} is wrong.`, files: [file] },
    ...{ criteria: ['its own tests pass'], testStrategy: 'Its tests fail today.', excerpts: [] },
  };
  const reads = conversation('reader', calls(['submit_plan', plan]));
  const team = await teamOver(wire, [reads, ...coders, reviews('approve')]);
  const issue = join(at.root, 'bug.md');
  writeFileSync(issue, `# ${file} is wrong\n\nIts tests fail.\n`);
  const args = ['run', '--repo', dir, '--issue', issue, '--sandbox', 'bubblewrap', '--yes'];
  const { HOME = '' } = process.env;
  const env = { ...team.env, HOME };
  const end = await at.entropy([...args, '--json', ...team.args, ...options], env);
  await team.close();
  return { ...end, outcome: outcomeOf(end) };
}

/** From the base, whatever the round before left. */
function codes(files: Files): ScriptedConversation {
  const writes = Object.entries(files).map(([path, content]): [string, Record<string, unknown>] =>
    content === null ? ['shell', { command: `rm '${path}'` }] : ['create', { path, content }],
  );
  const fresh = calls(['shell', { command: 'git checkout -q HEAD -- . && git clean -fdq' }]);
  return conversation('coder', fresh, calls(...writes), submits);
}

/** How it ended, and where that is not as wanted what was said of it. */
function expectEnd({ code, outcome, err }: Ended & { outcome: OutcomeReport }, wanted: string) {
  const end = [code, outcome.outcome, outcome.error?.name].filter((part) => part !== undefined);
  const why = end.join(' ') === wanted ? '' : `${outcome.error?.message}\n${err}`;
  expect({ end: end.join(' '), why }).toEqual({ end: wanted, why: '' });
}
