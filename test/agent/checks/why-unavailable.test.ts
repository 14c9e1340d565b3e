import { describe, expect, test } from '@jest/globals';
import type { Programs } from '../../../lib/agent/checks/mending/programs.ts';
import { obstacleIn } from '../../../lib/agent/checks/mending/reason.ts';
import { whyNothingFound, whyUnavailable } from '../../../lib/agent/checks/why-unavailable.ts';
import type { CheckRun, Checks, TestResult } from '../../../lib/domain/evidence.ts';
import { parsePolicy } from '../../../lib/domain/policy-file.ts';
import { type Files, repositoryOf as repository } from '../verify-repository.ts';
import { treeOf, yamlIn } from './tree-of.ts';

const path = process.env.PATH ?? '';
const cargo: Checks = {
  ecosystem: 'cargo',
  source: 'found',
  setup: ['cargo fetch'],
  test: 'cargo test',
};
interface Ended {
  readonly command?: string;
  readonly exitCode?: number | null;
  readonly said?: string;
  readonly state?: CheckRun['state'];
  readonly tests?: TestResult[] | null;
}
const runOf = ({ command = 'cargo fetch', exitCode = 1, said = '', ...rest }: Ended): CheckRun => ({
  state: rest.state ?? 'setup-failed',
  tests: rest.tests ?? null,
  commands: [
    {
      command,
      exitCode,
      signal: exitCode === null ? 'SIGKILL' : null,
      durationMs: 1,
      timedOut: exitCode === null,
      outputDigest: '',
      outputTail: said,
    },
  ],
});
const why = async (
  ended: Ended,
  files: Record<string, string> = {},
  checks = cargo,
  programs: Programs = 'machine',
) => {
  const run = runOf(ended);
  const obstacle = obstacleIn(run);
  if (obstacle === undefined) return '';
  return whyUnavailable({ tree: treeOf(files), path, programs }, checks, run, obstacle);
};

describe('the reason', () => {
  test('a program of the toolchain is missing: what installs it, and no lines that would not help', async () => {
    const said = await why({ exitCode: 127, said: '/bin/bash: line 1: cargo: command not found' });
    expect(said).toContain(
      '`cargo` is not on this machine (cargo needs cargo, rustc): install Rust',
    );
    expect(yamlIn(said)).toEqual([]);
  });

  test.each<[Programs, RegExp]>([
    ['docker', /ENTROPY_SANDBOX_IMAGE names, install Rust .*; or say `--sandbox bubblewrap`/],
    ['fargate', /that the deployment is given, install Rust \(rustup, or the package cargo\)\.$/m],
  ])('a program that an image lacks is installed there: %s', async (programs, what) => {
    const ended = { exitCode: 127, said: '/bin/bash: line 1: cargo: command not found' };
    const said = await why(ended, {}, cargo, programs);
    expect(said).toContain(
      "`cargo` is not in the sandbox's image (cargo needs cargo, rustc): in an",
    );
    expect(said).toMatch(what);
    expect(said).not.toMatch(/on this machine|PATH/);
  });

  test('what proposed lines need is told of the image as well', async () => {
    const run = runOf({ said: 'broken' });
    const ground = { tree: treeOf({ 'go/go.mod': '' }), path: '/nonexistent' };
    const inImage = { ...ground, programs: 'docker' } as const;
    const said = await whyUnavailable(inImage, cargo, run, 'set-up failed');
    expect(said).toMatch(
      /not in the sandbox's image are `go`: in an image of your own .* install Go/,
    );
    expect(said).not.toContain('on this machine');
  });

  test('a program is missing that make wanted', async () => {
    const said = 'sh: 1: bats: not found\nmake: *** [Makefile:2: test] Error 127';
    const told = await why({ command: 'make test', exitCode: 2, said, state: 'completed' });
    expect(told).toContain('`bats` is not on this machine');
  });

  test('a command failed: its last words, and no program is blamed', async () => {
    const said = await why({ exitCode: 101, said: 'error: no matching package: x not found' });
    expect(said).toContain(
      'Set-up failed on the base, before any change: `cargo fetch` ended with 101.\n```text\nerror: no matching package: x not found\n```',
    );
    expect(said).not.toContain('is not on this machine');
  });

  test('its last words begin with a whole line', async () => {
    const said = await why({ said: Array.from({ length: 200 }, (_, n) => `line ${n}`).join('\n') });
    expect(said).toMatch(/```text\nline \d+\n[\s\S]*line 199\n```/);
  });

  test('set-up reached no registry', async () => {
    const said = await why({ said: 'getaddrinfo ENOTFOUND packages.example.org' });
    expect(said).toMatch(/Set-up reaches only the registries .* hosts under `registries`/);
    expect(yamlIn(said).join()).not.toContain('packages.example.org');
  });

  test('the tests never ended', async () => {
    const said = await why({ command: 'make test', exitCode: null, state: 'timed-out' });
    expect(said).toMatch(/never ended .* `make test` did not end in time\. .*ENTROPY_COMMAND_MS/);
  });

  test.each<[string, Ended]>([
    ['by its runner’s results', { exitCode: 1, tests: [] }],
    ['by what it says: pytest', { exitCode: 5, said: '==== no tests ran in 0.01s ====' }],
    ['by what it says: CTest, which ends with 0', { exitCode: 0, said: 'No tests were found!!!' }],
    ['by what it says: unittest', { exitCode: 5, said: 'Ran 0 tests in 0.000s\n\nNO TESTS RAN' }],
  ])('no test ran, %s', async (_name, ended) => {
    expect(await why({ command: 'make test', state: 'completed', ...ended })).toMatch(
      /^No test ran on the base/,
    );
  });

  test('nothing loaded; no results per test', async () => {
    const tests: TestResult[] = [{ id: 'a', status: 'failed', load: true }];
    expect(await why({ state: 'build-failed', tests })).toMatch(/^None of the tests compiled or/);
    expect(await why({ state: 'completed' })).toMatch(/no runner that is known said which tests/);
  });

  test.each<[string, Ended]>([
    ['a test ran, and failed', { tests: [{ id: 'a', status: 'failed' }] }],
    ['the command passes and says nothing per test', { exitCode: 0 }],
  ])('none, where %s', async (_name, ended) => {
    expect(await why({ state: 'completed', ...ended })).toBe('');
  });
});

describe('the lines', () => {
  test('never hold what failed, but what else is there', async () => {
    const files = { 'Cargo.toml': '[dependencies]', 'py/tox.ini': '', 'py/test_a.py': '' };
    const [lines = '', ...more] = yamlIn(await why({}, files));
    expect(parsePolicy(lines).checks.test).toBe('python3 -m pytest');
    expect([lines, ...more].join()).not.toContain('cargo');
  });

  test('where a program is missing, are of another suite that the machine can run', async () => {
    const files = {
      'Cargo.toml': '',
      'docs/Cargo.toml': '',
      'js/package.json': '{"scripts":{"test":"node --test"}}',
    };
    const said = await why({ exitCode: 127, said: 'sh: 1: cargo: not found' }, files);
    expect(said).toMatch(/install Rust[\s\S]*Where `js` by node is enough to check/);
    expect(yamlIn(said)).toHaveLength(1);
  });

  test('take a lock file as it is where that is why set-up failed', async () => {
    const checks = { ...cargo, ecosystem: 'node', setup: ['npm ci --no-audit'], test: 'jest' };
    const said =
      'npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.';
    const told = await why({ command: 'npm ci --no-audit', said }, {}, checks);
    expect(parsePolicy(yamlIn(told)[0] ?? '').checks).toEqual({
      setup: ['npm install --no-audit'],
      test: 'jest',
    });
  });

  test('are the keys to fill in where nothing else is there', async () => {
    const said = await why({}, { 'README.md': '' });
    expect(said).toMatch(/no command is proposed\. The keys to fill in/);
    expect(yamlIn(said).map((lines) => parsePolicy(lines).checks)).toEqual([{}]);
  });

  test('stay whole, however much was said, and what was said ends no block', async () => {
    const files = { 'a/go.mod': '', 'b/go.mod': '' };
    const noise = `${'````\n```yaml\nversion: 1\n'.repeat(400)}`;
    const said = await why({ command: 'x'.repeat(4000), said: noise }, files);
    expect(said.length).toBeLessThanOrEqual(4000);
    expect(said).toMatch(/^`{5}text$/m);
    expect(said.match(/^`{5}$/gm)).toHaveLength(1);
    expect(said).toMatch(/cd a && go test[\s\S]*cd b && go test/);
  });

  test('are not lost in a comment that is never closed', async () => {
    const said = await why({ command: 'x <!-- y', said: '<!-- <!--\n' }, { 'a/go.mod': '' });
    expect(said).not.toContain('<!--');
  });

  test('of a file that an option hides are said to be hidden', async () => {
    expect(await why({}, {}, { ...cargo, source: 'option' })).toMatch(
      /operator's option stands over/,
    );
  });
});

describe('nothing found', () => {
  const nothing = (files: Record<string, string>) =>
    whyNothingFound({ tree: treeOf(files), path, programs: 'machine' });

  test('no manifest at all: what was looked for, and the keys to fill in', async () => {
    const said = await nothing({ 'README.md': '' });
    expect(said).toMatch(/go\.mod[\s\S]*Python tests[\s\S]*package\.json[\s\S]*Makefile/);
    expect(yamlIn(said).map((lines) => parsePolicy(lines).checks)).toEqual([{}]);
  });

  test('manifests further down only', async () => {
    const said = await nothing({ 'services/api/go.mod': 'module m\n', 'web/package.json': '{}' });
    expect(said).toContain(
      'at its root: manifests stand in sub-folders only.\n- `web`: `package.json`\n- `services/api`: `go.mod`',
    );
    expect(parsePolicy(yamlIn(said)[0] ?? '').checks.test).toMatch(/^cd services\/api && go test/);
  });

  test('manifests that name no tests', async () => {
    expect(await nothing({ Makefile: 'all:\n', 'CMakeLists.txt': '' })).toMatch(
      /root names none\.\n- `Makefile`: looked for a Makefile with a target `test` or `check`\n- `CMakeLists.txt`: looked for/,
    );
  });

  test('is bounded', async () => {
    const many = Array.from({ length: 5000 }, (_, n) => [`${'d'.repeat(200)}${n}/go.mod`, '']);
    expect((await nothing(Object.fromEntries(many))).length).toBeLessThanOrEqual(4000);
  });
});

const imports = "import test from 'node:test';\nimport assert from 'node:assert';\n";
const source = (folder: string, two: number) => ({
  [`${folder}src/two.js`]: `export const two = ${two};\n`,
});
const tests = `${imports}import { two } from '../src/two.js';\ntest('two', () => assert.equal(two, 2));\n`;
const pkg = (more: object) => JSON.stringify({ name: 'app', type: 'module', ...more });

test('lines that are too long together with others are left out, and the report stays within bounds', async () => {
  const ticks = '`'.repeat(420);
  const manifest = (folder: string) => pkg({ scripts: { test: `echo '${ticks}${folder}'` } });
  const tree = treeOf({ 'a/package.json': manifest('a'), 'b/package.json': manifest('b') });
  const said = await whyNothingFound({ tree, path: '', programs: 'machine' });
  expect(said.length).toBeLessThanOrEqual(4000);
  expect(said.match(/told from its files/g)).toHaveLength(1);
  // Its fence is longer than the ticks within, and is there at both ends.
  expect(said).toMatch(/^(`{421})yaml\nversion: 1\n[\s\S]*\n\1$/m);
});

describe('a repository that could not be checked is checked with exactly the lines proposed', () => {
  test.each<[string, string, Files, Files]>([
    [
      'a node project in packages/app',
      'unavailable',
      {
        'README.md': '# One\n',
        'packages/app/package.json': pkg({ scripts: { test: 'node --test' } }),
        'packages/app/test/two.test.js': tests,
        ...source('packages/app/', 3),
      },
      source('packages/app/', 2),
    ],
    [
      'a script under another name, with tests that discovery would not know',
      'unavailable',
      {
        'package.json': pkg({ scripts: { 'test:unit': 'node --test checks/two.js' } }),
        'checks/two.js': tests,
        ...source('', 3),
      },
      source('', 2),
    ],
    [
      'a shell script that prints TAP',
      'unavailable',
      {
        'run-tests.sh':
          'echo 1..1\ngrep -q right answer || { echo not ok 1 - right; exit 1; }\necho ok 1 - right\n',
        answer: 'wrong\n',
      },
      { answer: 'right\n' },
    ],
    [
      'a test script that finds no test, beside a package that has them',
      'inconclusive',
      {
        'package.json': pkg({ scripts: { test: 'echo no test files found; exit 1' } }),
        'app/package.json': pkg({ scripts: { test: 'node --test' } }),
        'app/test/two.test.js': tests,
        ...source('app/', 3),
      },
      source('app/', 2),
    ],
  ])('%s', async (_name, verdict, files, change) => {
    const one = repository(files);
    const before = await one.verify(change);
    expect(before.judgement.verdict).toBe(verdict);
    const [lines = ''] = yamlIn(before.judgement.detail);
    const { setup, test: command } = parsePolicy(lines).checks;
    const policy = { setup: [setup ?? []].flat(), ...(command ? { test: command } : {}) };
    const after = await one.verify(change, { checks: { policy } });
    expect(after.evidence.checks?.source).toBe('.entropy.yml');
    expect(after.judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
  });
});
