import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk } from '../bin/command-line.ts';
import { calls, codes, conversation, reads, submits, toldIn } from '../bin/scripted-team.ts';
import { type Files, mended, repositoryAt, runBranches, stateOf, sums } from '../bin/sums.ts';
import { runToEnd, wires } from '../bin/team-run.ts';

const at = desk();
afterAll(() => at.remove());

const patience = 180_000;
const once = '.entropy.yml';
/** One round is enough to see what becomes of a change. */
const oneRound: Files = { ...sums, [once]: 'version: 1\nlimits: { rounds: 1 }\n' };
const tests = sums['test/sum.test.js'];
const failing = "test('the sum of some numbers', ";
const packageWith = (script: string) =>
  sums['package.json'].replace('"test": "node --test"', `"test": ${JSON.stringify(script)}`);

/** A change of the source that mends nothing. */
const noOp: Files = { 'src/sum.js': `${sums['src/sum.js']}// Mended.\n` };
const vacuous = "import { test } from 'node:test';\ntest('the bug is gone', () => {});\n";

/** The change, the error's name and message. */
const wrongs: Record<string, [files: Files, error: string, said: RegExp]> = {
  'a change that mends nothing': [
    { 'src/sum.js': sums['src/sum.js'].replace('slice(1)', 'slice(2)') },
    'ChecksFailed',
    /^no-proof: No test fails without the change and passes with it/,
  ],
  'a change that breaks another test': [
    { 'src/sum.js': 'export const sum = () => 6;\n' },
    'ChecksFailed',
    /^test-broken: .*“test\/sum\.test\.js > the sum of nothing is zero”/,
  ],
  'tests only': [
    { 'test/more.test.js': vacuous },
    'ChecksFailed',
    /^no-proof: .*touches no source/,
  ],
  'the failing test deleted': [
    { ...noOp, 'test/sum.test.js': tests.replace(/test\('the sum of some.*\n/, '') },
    'ChecksFailed',
    /^test-gone: .*“test\/sum\.test\.js > the sum of some numbers”/,
  ],
  'the failing test skipped': [
    { ...noOp, 'test/sum.test.js': tests.replace(failing, failing.replace('test', 'test.skip')) },
    'ChecksFailed',
    /^test-skipped: .*“test\/sum\.test\.js > the sum of some numbers”/,
  ],
  'exit 0 in the test script': [
    { ...noOp, 'package.json': packageWith('exit 0') },
    'ChecksFailed',
    /^no-proof: .*“package\.json” was not used/,
  ],
  'an edited runner configuration': [
    { ...noOp, 'node.config.json': '{"testRunner":{"test-name-pattern":["nothing is"]}}' },
    'ChecksFailed',
    /^no-proof: .*“node\.config\.json” was not used/,
  ],
  'an edited .entropy.yml beside the right change': [
    { ...mended, [once]: 'version: 1\nmerge: merge-when-approved\n' },
    'PolicyViolation',
    /^protected: "\.entropy\.yml" is protected/,
  ],
  'a vacuous new test beside a no-op': [
    { ...noOp, 'test/more.test.js': vacuous },
    'ChecksFailed',
    /^no-proof: /,
  ],
};

function expectUnpublished(repo: string, run: string): void {
  expect(runBranches(repo)).toEqual([]);
  expect(existsSync(join(at.dataDir, 'runs', run, 'pull-request.md'))).toBe(false);
}

describe('a wrong change is never a success', () => {
  test.each(Object.keys(wrongs).map((name, n) => ({ name, wire: wires[n % wires.length] })))(
    '$name, over $wire',
    async ({ name, wire = 'anthropic' }) => {
      const [files, error, said] = wrongs[name] ?? [{}, '', /never/];
      const repo = repositoryAt(join(at.root, name), oneRound);
      const before = stateOf(repo);
      const end = await runToEnd(at, { wire, repo, turns: [reads, codes(files)] });
      const { outcome } = end;
      expect(end.code).toBe(5);
      expect(outcome).toMatchObject({ outcome: 'failed', error: { name: error } });
      expect(outcome).toMatchObject({ branch: null, commit: null, pullRequest: null });
      expect(outcome.error?.message).toMatch(said);
      expectUnpublished(repo, outcome.run);
      expect(stateOf(repo)).toEqual(before);
    },
    patience,
  );

  test(
    'three rounds, and each is told what was wrong with the one before',
    async () => {
      const stillWrong = conversation(
        'coder',
        calls(['create', { path: 'src/sum.js', content: sums['src/sum.js'] }]),
        calls(['create', { path: 'test/more.test.js', content: vacuous }]),
        submits,
      );
      const gone = codes({ 'test/sum.test.js': null });
      const end = await runToEnd(at, { turns: [reads, codes(noOp), stillWrong, gone] });
      const { outcome, repo, requests } = end;
      expect(end.code).toBe(5);
      expect(outcome.error?.name).toBe('ChecksFailed');
      expect(outcome.error?.message).toMatch(/^test-gone: /);
      expect(outcome.evidence).toMatchObject({ verdict: 'bad', rule: 'test-gone', rounds: 3 });
      const briefs = requests.filter(
        ({ system, turn }) => turn === 1 && /You are the coder/.test(system),
      );
      expect(briefs.map(toldIn)).toEqual([
        expect.not.stringContaining('Verdict:'),
        expect.stringContaining('Verdict: bad (no-proof)'),
        expect.stringContaining('touches no source'),
      ]);
      expectUnpublished(repo, outcome.run);
      const patch = readFileSync(join(at.dataDir, 'runs', outcome.run, 'change.patch'), 'utf8');
      expect(patch).toContain('deleted file mode 100644');
    },
    patience,
  );
});
