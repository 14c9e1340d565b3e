import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { desk, filesWith, jsonLines, outcomeOf, program } from '../command-line.ts';
import { calls, codes, conversation, reads, reviews, submits, toldIn } from '../scripted-team.ts';
import {
  git,
  issueText,
  mended,
  repositoryAt,
  runBranches,
  stateOf,
  sums,
  treeWith,
} from '../sums.ts';
import { modelKey, runToEnd, startRun, teamOver } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());

/** Prints all that the environment holds, its own and the harness's, then mends the bug. */
const looksAround = conversation(
  'coder',
  calls(
    ['shell', { command: 'env; tr "\\0" "\\n" < /proc/$PPID/environ || true; echo looked' }],
    ['create', { path: 'src/sum.js', content: mended['src/sum.js'] }],
  ),
  submits,
);

describe('a right change in a repository that somebody works in', () => {
  let end: Awaited<ReturnType<typeof runToEnd>>;
  let before: Record<string, string>;
  let repo: string;
  let base: string;
  beforeAll(async () => {
    repo = repositoryAt(join(at.root, 'it\'s "my" wörk — 数'), { ...sums, 'notes.txt': 'one\n' });
    base = git(repo, 'rev-parse', 'HEAD');
    git(repo, 'branch', 'another');
    writeFileSync(join(repo, 'notes.txt'), 'stashed\n');
    git(repo, 'stash', '-q');
    writeFileSync(join(repo, 'notes.txt'), 'staged\n');
    git(repo, 'add', 'notes.txt');
    writeFileSync(join(repo, 'notes.txt'), 'and changed again\n');
    writeFileSync(join(repo, 'new.txt'), 'in no commit\n');
    before = stateOf(repo);
    end = await runToEnd(at, { repo, turns: [reads, looksAround, reviews('approve')] });
  }, 180_000);

  test('is handed over on a branch with exactly that tree', () => {
    const { outcome } = end;
    expect(end.code).toBe(0);
    expect(outcome).toMatchObject({ outcome: 'handed-over', error: null, note: null });
    expect(runBranches(repo)).toEqual([outcome.branch]);
    expect(git(repo, 'rev-parse', `${outcome.branch}`)).toBe(outcome.commit);
    expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, base, mended));
    expect(git(repo, 'rev-parse', `${outcome.branch}^`)).toBe(base);
    expect(outcome.evidence).toMatchObject({
      verdict: 'good',
      rule: 'proven',
      proof: ['test/sum.test.js > the sum of some numbers'],
      tree: treeWith(repo, base, mended),
      rounds: 1,
    });
  });

  test('comes with a pull request to read', () => {
    const text = readFileSync(fileURLToPath(end.outcome.pullRequest?.url ?? ''), 'utf8');
    expect(text).toContain('Add up all numbers');
    expect(text).toContain('(ready)');
    expect(text).toContain('the sum of some numbers');
  });

  test('leaves working tree, index, HEAD, stash and branches alone, and says what it left out', () => {
    expect(stateOf(repo)).toEqual(before);
    expect(end.err).toContain('changes that are not committed');
  });

  test('the model key is nowhere but on the wire', () => {
    const { requests } = end;
    expect(requests.map((request) => request.key)).toEqual(requests.map(() => modelKey));
    const told = requests.map(toldIn).join('\n');
    expect(told).toContain('looked');
    expect(told).not.toContain(modelKey);
    expect(end.out + end.err).not.toContain(modelKey);
    expect(existsSync(join(at.dataDir, 'entropy.db'))).toBe(true);
    expect(filesWith(at.root, modelKey)).toEqual([]);
  });

  test('the last line of --json has the documented members, and no line is anything but JSON', () => {
    const lines = jsonLines(end);
    const [first, ...others] = lines;
    expect(first).toMatchObject({ type: 'sandbox', kind: 'process', passedOver: [] });
    expect(others.slice(0, -1).every((line) => line.type === 'event')).toBe(true);
    const documented = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    const rows = documented.split('## `--json`')[1]?.match(/^\| `[^|]*\|/gm) ?? [];
    const names = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(Object.keys(end.outcome).sort()).toEqual(names.sort());
    expect(end.outcome.ledger.events).toBe(others.length - 1);
    expect(end.outcome.usage).toEqual({
      ...{ turns: 4, input: 400, cacheRead: 0, cacheWrite: 0, output: 80 },
      dollars: expect.any(Number),
    });
  });
});

test('a subfolder of a worktree with a detached HEAD will do, and the key may be in a file', async () => {
  const home = repositoryAt(join(at.root, 'home of the worktree'));
  const repo = join(at.root, 'worktree');
  git(home, 'worktree', 'add', '-q', '--detach', repo);
  const base = git(home, 'rev-parse', 'HEAD');
  const [before, homeBefore] = [stateOf(repo), stateOf(home)];
  const team = await teamOver('openai-compatible', [reads, codes(mended), reviews('approve')]);
  const [issue, key] = [join(at.root, 'issue.md'), join(at.root, 'key')];
  writeFileSync(issue, issueText);
  writeFileSync(key, `${modelKey}\n`, { mode: 0o600 });
  const args = ['run', '--repo', join(repo, 'src'), '--issue', issue, '--yes', '--json'];
  const more = ['--sandbox', 'process', ...team.args];
  const end = await at.start([...args, ...more], { OPENAI_API_KEY_FILE: key }, [program]).ended;
  await team.close();
  const outcome = outcomeOf(end);
  expect(end).toMatchObject({ code: 0 });
  expect(team.requests.every((request) => request.key === modelKey)).toBe(true);
  expect(git(home, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(home, base, mended));
  expect(stateOf(repo)).toEqual(before);
  expect(stateOf(home)).toEqual(homeBefore);
  expect(filesWith(at.dataDir, modelKey)).toEqual([]);
}, 180_000);

test('a run goes on undisturbed while another is started and ended in the same data folder', async () => {
  const gate = Promise.withResolvers<void>();
  const waits = conversation(
    'coder',
    calls(['create', { path: 'src/sum.js', content: mended['src/sum.js'] }]),
    { ...submits, after: gate.promise },
  );
  const first = await startRun(at, { turns: [reads, waits, reviews('approve')] });
  await first.said(/"kind":"sandbox.tool.called"/);
  const second = await runToEnd(at, { turns: [reads, codes(mended), reviews('approve')] });
  gate.resolve();
  const end = await first.ended;
  await first.team.close();
  expect(second.code).toBe(0);
  expect(end.code).toBe(0);
  expect(outcomeOf(end).usage.turns).toBe(4);
}, 180_000);

test('for a person the end is a short table, in which stored text can drive no terminal', async () => {
  const repo = repositoryAt(join(at.root, 'asked'));
  const question = 'Which of the two?\u001b]0;gotcha\u0007';
  const asks = conversation('reader', calls(['ask_question', { question }]));
  const team = await teamOver('anthropic', [asks]);
  const issue = join(at.root, 'asked.md');
  writeFileSync(issue, issueText);
  const args = ['run', '--repo', repo, '--issue', issue, '--yes', '--sandbox', 'process'];
  const { code, out, err } = await at.entropy([...args, ...team.args], team.env);
  await team.close();
  expect(code).toBe(3);
  expect(out).toMatch(/^outcome +question\nnote +Which of the two\?/);
  expect(out).toMatch(/^run +r-[0-9a-f]{20}$/m);
  expect(err).toMatch(/sandbox +process: no boundary; trust the repository and the model/);
  for (const control of ['\u0007', '\u001b']) expect(out + err).not.toContain(control);
}, 180_000);

describe('wrong use', () => {
  const wrong = desk();
  const place = (name: string) => join(wrong.root, name);
  beforeAll(() => {
    repositoryAt(place('repo'));
    mkdirSync(place('folder'));
    mkdirSync(place('empty-repo'));
    git(place('empty-repo'), 'init', '-q');
    writeFileSync(place('bug.md'), issueText);
    writeFileSync(place('empty.md'), ' \n');
    writeFileSync(place('large.md'), 'x'.repeat(300_000));
  });
  afterAll(() => wrong.remove());

  const key = { ANTHROPIC_API_KEY: 'k' };
  type Case = [name: string, args: string[], said: RegExp, env?: Record<string, string>];
  const cases: Case[] = [
    ['a missing issue', ['--issue', 'none.md'], /--issue: there is no none\.md/],
    ['an empty issue', ['--issue', 'empty.md'], /--issue: empty\.md is empty; write what is wrong/],
    ['a folder as the issue', ['--issue', 'folder'], /--issue: folder can't be read \(EISDIR\)/],
    ['a huge issue', ['--issue', 'large.md'], /--issue: large\.md is larger than 256 KiB/],
    ['no repository', ['--repo', 'none'], /--repo: there is no none/],
    [
      'a folder without git',
      ['--repo', 'folder'],
      /--repo: .*folder is not a git repository; give the folder of a clone/,
    ],
    ['no commit', ['--repo', 'empty-repo'], /--repo: .*has no commit.*; commit something/],
    ['a budget', ['--budget', 'lots'], /'lots': give dollars \(2\.50\), tokens \(800k, 2M\)/],
    ['an option', ['--issues', 'bug.md'], /unknown option '--issues'/],
    ['no key', [], /set ANTHROPIC_API_KEY_FILE .* or name a server with --base-url/, {}],
    [
      'a folder as key file',
      [],
      /ANTHROPIC_API_KEY_FILE: folder can't be read/,
      { ANTHROPIC_API_KEY_FILE: 'folder' },
    ],
  ];

  test('each is told in one line that names what to change, and leaves nothing behind', async () => {
    const usual = { '--repo': 'repo', '--issue': 'bug.md', '--sandbox': 'process' };
    const ended = await inTurn(cases, ([, args, , env = key]) => {
      const given = Object.entries(usual).filter(([name]) => !args.includes(name));
      return wrong.entropy(['run', '--yes', ...given.flat(), ...args], env);
    });
    for (const [index, [name, , said]] of cases.entries()) {
      const end = ended[index];
      expect({ name, code: end?.code, out: end?.out }).toEqual({ name, code: 2, out: '' });
      expect(end?.err).toMatch(said);
      expect(end?.err).not.toMatch(/\n +at /);
      expect(end?.err.trim().split('\n').length).toBeLessThanOrEqual(3);
    }
    expect(existsSync(wrong.dataDir)).toBe(false);
  }, 180_000);

  test('a repository and an issue go together: what is missing is named', async () => {
    const cases: [string[], RegExp][] = [
      [['--repo', 'repo'], /--repo: give --issue FILE\.md with it/],
      [['--issue', 'bug.md'], /--issue: give --repo PATH with it/],
      [[], /give owner\/repo#7 or an issue's URL, or --repo PATH --issue FILE\.md/],
    ];
    for (const [args, said] of cases) {
      const end = await wrong.entropy(['run', '--yes', ...args], key);
      expect({ args, code: end.code, out: end.out }).toEqual({ args, code: 2, out: '' });
      expect(end.err).toMatch(said);
    }
  }, 180_000);

  test('without a person to ask it does not start, and says what it would have cost', async () => {
    const args = ['run', '--repo', 'repo', '--issue', 'bug.md', '--sandbox', 'process'];
    const end = await wrong.entropy([...args, '--budget', '1.50,2M,40turns'], key);
    expect(end).toMatchObject({ code: 2, out: '' });
    expect(end.err).toMatch(/at most +\$1\.50; 2,000,000 tokens; 40 model calls/);
    expect(end.err).toMatch(/nobody is here to confirm: give --yes/);
    expect(existsSync(wrong.dataDir)).toBe(false);
  }, 180_000);
});

/** Two at a time. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 2) {
    results.push(...(await Promise.all(items.slice(at, at + 2).map(work))));
  }
  return results;
}
