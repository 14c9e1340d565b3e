import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutcomeReport } from '../../lib/services/report.ts';
import { git } from '../agent/verify-repository.ts';
import { desk, type Ended, filesWith, jsonLines, outcomeOf } from '../bin/command-line.ts';
import { calls, conversation, reviews, submits } from '../bin/scripted-team.ts';
import { type Files, runBranches, stateOf, treeWith } from '../bin/sums.ts';
import { modelKey, teamOver, type WireName } from '../bin/team-run.ts';
import type { ScriptedConversation } from '../fakes/scripted-model.ts';
import { crate, debianSource, goModule, mavenSources, npmPackage, sdist } from './packages.ts';

const at = desk();
afterAll(() => at.remove());
const patience = 900_000;

/** A package that nobody here made, with a bug planted in it; each wrong change is told by its rule. */
interface Repository {
  readonly name: string;
  readonly fetch: (dir: string) => void;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  readonly proof: string;
  readonly wires: { readonly right: WireName; readonly wrongs?: WireName };
  readonly options?: readonly string[];
  /** Left out where set-up takes so long that one run is enough. */
  readonly wrongs?: (read: (path: string) => string) => Record<string, readonly [Files, string]>;
}

/** What `composer install` would write of a package's autoloading. */
const autoload =
  'spl_autoload_register(function ($c) { foreach (["$c.php", "test/$c.php"] as $f) if (is_file($f)) require $f; });';
const toJson = (dir: string, members: object) => {
  const path = join(dir, 'package.json');
  const all = { ...JSON.parse(readFileSync(path, 'utf8')), ...members };
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
};

const goTest = 'func TestUUID(t *testing.T) {';
const repositories: readonly Repository[] = [
  {
    name: 'a Go module: google/uuid',
    fetch: goModule('github.com/google/uuid', 'v1.6.0'),
    file: 'uuid.go',
    right: 'case (uuid[8] & 0xe0) == 0xc0:',
    wrong: 'case (uuid[8] & 0xe0) == 0xe0:',
    proof: 'github.com/google/uuid > TestUUID',
    wires: { right: 'anthropic', wrongs: 'openai-compatible' },
    wrongs: (read) => ({
      'a change that mends nothing': [
        { 'uuid.go': read('uuid.go').replace('== 0xe0:', '== 0x80:') },
        'no-proof',
      ],
      'the failing test skipped': [
        { 'uuid_test.go': read('uuid_test.go').replace(goTest, `${goTest}\n\tt.Skip("later")`) },
        'test-skipped',
      ],
      'a main function that ends the tests': [
        {
          'main_test.go':
            'package uuid\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(0) }\n',
        },
        'test-gone',
      ],
    }),
  },
  {
    name: 'a Python source distribution: roman',
    fetch: sdist('roman', '4.2'),
    file: 'src/roman.py',
    right: "('IX', 9)",
    wrong: "('IX', 8)",
    proof: 'src/tests.py > TestRoman > test_toRoman',
    wires: { right: 'openai-compatible', wrongs: 'anthropic' },
    wrongs: (read) => ({
      'tests only': [
        {
          'src/test_more.py':
            'import unittest\nclass More(unittest.TestCase):\n  def test_a(self): pass\n',
        },
        'no-proof',
      ],
      'the test file deleted': [{ 'src/tests.py': null }, 'test-gone'],
      'a rigged interpreter beside a no-op': [
        {
          'src/roman.py': `${read('src/roman.py')}# mended\n`,
          'sitecustomize.py':
            'import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n',
        },
        'no-proof',
      ],
    }),
  },
  {
    name: 'a Python source distribution whose test runner set-up installs: semver',
    fetch: sdist('semver', '3.0.2'),
    file: 'src/semver/version.py',
    right: 'self._patch + 1',
    wrong: 'self._patch + 2',
    proof: 'tests/test_bump.py > test_should_bump_patch',
    wires: { right: 'openai-compatible' },
  },
  {
    name: 'an npm package whose test runner set-up installs: semver-compare',
    fetch: npmPackage('semver-compare', '1.0.0'),
    file: 'index.js',
    right: 'if (na > nb) return 1;',
    wrong: 'if (na > nb) return -1;',
    proof: 'cmp',
    wires: { right: 'anthropic', wrongs: 'openai-compatible' },
    wrongs: (read) => ({
      'exit 0 in the test script': [
        {
          'package.json': `${JSON.stringify({ ...JSON.parse(read('package.json')), scripts: { test: 'exit 0' } })}\n`,
        },
        'no-proof',
      ],
      'the failing test under another name': [
        { 'test/cmp.js': "require('tape')('another', t => t.end());\n" },
        'test-gone',
      ],
      'a vacuous new test beside a no-op': [
        {
          'index.js': `${read('index.js')}// mended\n`,
          'test/more.js': "require('tape')('more', t => { t.pass(); t.end(); });\n",
        },
        'no-proof',
      ],
    }),
  },
  {
    name: 'a crate with tests in its source: roman',
    fetch: crate('roman', '0.1.6'),
    file: 'src/lib.rs',
    right: '("IX", 9)',
    wrong: '("IX", 8)',
    proof: 'src/lib.rs > roman > test_to_roman',
    wires: { right: 'anthropic', wrongs: 'openai-compatible' },
    wrongs: (read) => ({
      'tests only, in the source file': [
        { 'src/lib.rs': `${read('src/lib.rs')}\n#[test]\nfn test_more() {}\n` },
        'no-proof',
      ],
      'the failing test emptied': [
        {
          'src/lib.rs': read('src/lib.rs').replace(
            'fn test_to_roman() {',
            'fn test_to_roman() {\n    return;',
          ),
        },
        'no-proof',
      ],
      'tests switched off in Cargo.toml': [
        {
          'src/lib.rs': `${read('src/lib.rs')}// mended\n`,
          'Cargo.toml': `${read('Cargo.toml')}\n[lib]\ntest = false\n`,
        },
        'no-proof',
      ],
    }),
  },
  {
    name: 'a Java library built by Maven: commons-cli',
    fetch: mavenSources('commons-cli', 'commons-cli', '1.5.0'),
    file: 'src/main/java/org/apache/commons/cli/Util.java',
    right: "indexOf('\"') == -1",
    wrong: "indexOf('\"') != -1",
    proof: 'org.apache.commons.cli.UtilTest > testStripLeadingAndTrailingQuotes',
    wires: { right: 'openai-compatible' },
  },
  {
    name: 'a C library built by CMake: cJSON',
    fetch: debianSource('cjson'),
    file: 'cJSON.c',
    right: "h += (unsigned int) 10 + input[i] - 'A';",
    wrong: "h += (unsigned int) 11 + input[i] - 'A';",
    proof: 'parse_hex4',
    wires: { right: 'anthropic' },
  },
  {
    name: 'a C library built by autotools: libcsv',
    fetch: debianSource('libcsv'),
    file: 'libcsv.c',
    right: 'c == CSV_SPACE || c == CSV_TAB) && c!=delim)',
    wrong: 'c == CSV_SPACE || c == CSV_TAB) && c==delim)',
    proof: 'check_csv',
    wires: { right: 'openai-compatible' },
  },
  {
    name: 'a Perl distribution: Roman',
    fetch: debianSource('libroman-perl'),
    file: 'lib/Roman.pm',
    right: '100 CD 1000',
    wrong: '100 CE 1000',
    proof: 't/01.t > 1444 is MCDXLIV',
    wires: { right: 'anthropic', wrongs: 'openai-compatible' },
    wrongs: (read) => ({
      'the failing test deleted': [{ 't/01.t': null }, 'test-gone'],
      'another formatter': [
        { 'lib/Roman.pm': `${read('lib/Roman.pm')}\n# mended\n`, '.proverc': '--exec true\n' },
        'no-proof',
      ],
      'tests only': [{ 't/more.t': 'use Test::More tests => 1;\nok(1, "more");\n' }, 'no-proof'],
    }),
  },
  {
    name: 'a PHP package: Parsedown',
    fetch: debianSource('php-parsedown'),
    file: 'Parsedown.php',
    right: 'if (isset(self::$instances[$name]))',
    wrong: 'if ( ! isset(self::$instances[$name]))',
    proof: 'test/ParsedownTest.php > ParsedownTest > testLateStaticBinding',
    wires: { right: 'openai-compatible' },
    options: [
      ...['--setup', `mkdir -p vendor && echo '<?php ${autoload}' > vendor/autoload.php`],
      ...['--test', 'phpunit'],
    ],
  },
  {
    name: 'an npm package installed by pnpm: semver-compare',
    fetch: (dir) => {
      npmPackage('semver-compare', '1.0.0')(dir);
      toJson(dir, { packageManager: 'pnpm@9.15.4' });
    },
    file: 'index.js',
    right: 'if (na > nb) return 1;',
    wrong: 'if (na > nb) return -1;',
    proof: 'cmp',
    wires: { right: 'anthropic' },
  },
  {
    name: 'a Python source distribution with a dependency: isodate',
    fetch: sdist('isodate', '0.6.1'),
    file: 'src/isodate/isodates.py',
    right: "timedelta(days=int(groups['day']) - 1)",
    wrong: "timedelta(days=int(groups['day']))",
    proof: 'src/isodate/tests/test_date.py > create_testcase.<locals>.TestDate > test_parse#7',
    wires: { right: 'openai-compatible' },
  },
];

describe.each(repositories)('$name', (repository) => {
  const { name, fetch, file, right, wrong, proof, wires, wrongs, options = [] } = repository;
  const dir = join(at.root, name.replace(/\W+/g, '-'));
  const read = (path: string) => readFileSync(join(dir, path), 'utf8');
  let original = '';
  let base = '';
  beforeAll(() => {
    git('/', 'init', '-q', '-b', 'main', dir);
    fetch(dir);
    original = read(file);
    if (!original.includes(right)) throw new Error(`no such text in ${file}`);
    writeFileSync(join(dir, file), original.replace(right, wrong));
    git(dir, 'add', '-A', '-f');
    git(dir, 'commit', '-q', '-m', 'base');
    base = git(dir, 'rev-parse', 'HEAD');
  });

  /** In a closed sandbox, with the machine's own toolchains. */
  async function run(wire: WireName, coders: readonly ScriptedConversation[]) {
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

  test(
    'the right change is handed over',
    async () => {
      const before = stateOf(dir);
      const mends = codes({ [file]: original });
      const end = await run(wires.right, [mends]);
      const { outcome } = end;
      expectEnd(end, '0 handed-over');
      expect(outcome.evidence).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
      expect(outcome.evidence?.proof).toContain(proof);
      expect(git(dir, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(
        treeWith(dir, base, { [file]: original }),
      );
      expect(stateOf(dir)).toEqual(before);
      expect(filesWith(at.dataDir, modelKey)).toEqual([]);
      git(dir, 'branch', '-D', outcome.branch ?? '');
    },
    patience,
  );

  if (wrongs === undefined) return;
  test(
    'wrong changes, round after round, are never a success',
    async () => {
      const given = Object.values(wrongs(read));
      const end = await run(
        wires.wrongs ?? wires.right,
        given.map(([files]) => codes(files)),
      );
      expectEnd(end, '5 failed ChecksFailed');
      const judged = jsonLines(end).filter(({ kind }) => kind === 'evidence.judged');
      expect(judged.map(({ data }) => [data.verdict, data.rule])).toEqual(
        given.map(([, rule]) => ['bad', rule]),
      );
      expect(runBranches(dir)).toEqual([]);
    },
    patience,
  );
});

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
