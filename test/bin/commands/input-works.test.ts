import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { desk } from '../command-line.ts';
import { calls, codes, conversation, reads, reviews, submits, toldIn } from '../scripted-team.ts';
import { git, mended, repositoryAt, runBranches, stateOf, sums, treeWith } from '../sums.ts';
import { runToEnd } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());
const patience = 180_000;

/** Bytes of any kind that do not compress; the same each time. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let n = 0; n < size; n += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, n);
  }
  return bytes;
}

/** A file of a commit, byte for byte. */
function blob(repo: string, commit: string, path: string): Buffer {
  const args = ['-C', repo, 'cat-file', 'blob', `${commit}:${path}`];
  return execFileSync('git', args, { maxBuffer: 64 * 1024 * 1024 });
}

/** Files that are not as they were, by path: contents would make no message to read. */
function touched(repo: string, before: Record<string, string>): string[] {
  const after = stateOf(repo);
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]);
}

/** Mode, kind, id and path of all files of a commit. */
const listing = (repo: string, commit: string) =>
  git(repo, 'ls-tree', '-r', '-z', commit).split('\0').filter(Boolean);

const odd = {
  folder: 'lib/it\'s "ours" (ü) — 数 & more',
  source: 'lib/it\'s "ours" (ü) — 数 & more/add $HOME `up`.js',
  made: 'lib/it\'s "ours" (ü) — 数 & more/new; file?.txt',
  asIs: ['-n leading.txt', 'a*b [c].txt', 'tab\tand\nline.txt', 'back\\slash.txt', '*/%s.txt'],
} as const;
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;

/** A repository of everything that is odd and yet has to work, which somebody works in. */
function oddRepository(repo: string): string {
  const inner = repositoryAt(join(at.root, 'inner'), { 'inner.txt': 'inner\n' });
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), content);
  };
  write(odd.source, sums['src/sum.js']);
  for (const path of odd.asIs) write(path, 'as it is\n');
  write('data/small.bin', noise(2_000));
  write('data/changed.bin', noise(3_000));
  write('data/20-megabytes.bin', noise(20 * 1024 * 1024));
  write('data/model.safetensors', pointer);
  write('.gitattributes', '*.safetensors filter=lfs diff=lfs merge=lfs -text\n');
  write('dos.txt', 'one\r\ntwo\r\nthree\r\n');
  write('mixed.txt', 'one\r\ntwo\nthree\r');
  mkdirSync(join(repo, 'src'));
  symlinkSync(`../${odd.source}`, join(repo, 'src/sum.js'));
  symlinkSync(odd.folder, join(repo, 'the folder'));
  const { 'package.json': manifest, 'test/sum.test.js': tests } = sums;
  repositoryAt(repo, { 'package.json': manifest, 'test/sum.test.js': tests, 'notes.txt': 'one\n' });
  git(repo, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'vendor/in');
  git(repo, 'commit', '-q', '-m', 'a submodule');
  git(repo, 'checkout', '-q', '--detach');
  appendFileSync(join(repo, 'notes.txt'), 'staged\n');
  git(repo, 'add', 'notes.txt');
  appendFileSync(join(repo, 'notes.txt'), 'and not staged\n');
  write('in no commit.txt', 'new\n');
  return repo;
}

const mends = conversation(
  'coder',
  calls(
    ['view', { path: odd.source }],
    ['view', { path: 'data/small.bin' }],
    ['edit', { path: odd.source, old: 'numbers.slice(1)', new: 'numbers' }],
    ['edit', { path: 'dos.txt', old: 'two', new: 'zwei' }],
    ['create', { path: odd.made, content: 'made\n' }],
    [
      'shell',
      {
        command:
          "printf '\\000\\377\\r\\n\\200' > data/new.bin && cp data/small.bin data/changed.bin",
      },
    ],
  ),
  submits,
);

describe('one repository with all of it', () => {
  let end: Awaited<ReturnType<typeof runToEnd>>;
  let repo: string;
  let before: Record<string, string>;
  const head = () => end.outcome.commit ?? '';
  beforeAll(async () => {
    repo = oddRepository(join(at.root, ' odd: "repo" ü '));
    before = stateOf(repo);
    end = await runToEnd(at, { repo, turns: [reads, mends, reviews('approve')] });
  }, patience);

  test('the run is handed over, proven by the test that failed', () => {
    expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
    expect(end.outcome.evidence).toMatchObject({
      rule: 'proven',
      proof: ['test/sum.test.js > the sum of some numbers'],
    });
  });

  test('spaces, quotes and Unicode in names: read, changed and made', () => {
    expect(blob(repo, head(), odd.source).toString()).toBe(mended['src/sum.js']);
    expect(blob(repo, head(), odd.made).toString()).toBe('made\n');
    expect(end.requests.map(toldIn).join()).toContain('numbers.slice(1)');
  });

  test('binaries: one that is there stays, one is changed, one is made, and none is shown', () => {
    expect(blob(repo, head(), 'data/small.bin')).toEqual(noise(2_000));
    expect(blob(repo, head(), 'data/changed.bin')).toEqual(noise(2_000));
    expect(blob(repo, head(), 'data/new.bin')).toEqual(Buffer.from([0, 255, 13, 10, 128]));
    expect(end.requests.map(toldIn).join()).toContain('data/small.bin is binary');
  });

  test('lines that end in CR LF keep their ends', () => {
    expect(blob(repo, head(), 'dos.txt').toString()).toBe('one\r\nzwei\r\nthree\r\n');
  });

  test('all that the change did not touch is what it was: links, LFS pointer, submodule, 20 MB', () => {
    const changed = [odd.source, odd.made, 'data/changed.bin', 'data/new.bin', 'dos.txt'];
    const others = (commit: string) =>
      listing(repo, commit).filter((line) => !changed.some((path) => line.endsWith(`\t${path}`)));
    expect(others(head())).toEqual(others('HEAD'));
    expect(listing(repo, head()).filter((line) => line.startsWith('120000'))).toHaveLength(2);
    expect(listing(repo, head()).filter((line) => line.startsWith('160000'))).toHaveLength(1);
    expect(blob(repo, head(), 'data/model.safetensors').toString()).toBe(pointer);
    expect(listing(repo, head())).toHaveLength(listing(repo, 'HEAD').length + 2);
  });

  test('a dirty tree: the run starts from HEAD and says so', () => {
    expect(end.err).toContain('changes that are not committed: the run starts from HEAD');
    expect(blob(repo, head(), 'notes.txt').toString()).toBe('one\n');
    expect(git(repo, 'rev-parse', `${head()}^`)).toBe(git(repo, 'rev-parse', 'HEAD'));
  });

  test('a detached HEAD stays detached; tree, index, branches and submodule are as they were', () => {
    expect(readFileSync(join(repo, '.git/HEAD'), 'utf8')).toMatch(/^[0-9a-f]{40}\n$/);
    expect(runBranches(repo)).toEqual([end.outcome.branch]);
    expect(touched(repo, before)).toEqual([]);
  });
});

describe('a repository of another kind', () => {
  type Kind = [name: string, make: (repo: string) => string];
  const full = () => repositoryAt(join(at.root, `full-${crypto.randomUUID()}`));
  const kinds: Kind[] = [
    ['a bare repository, with one commit', (repo) => cloned(full(), repo, '--bare')],
    ['a shallow clone', (repo) => cloned(deeper(full(), 1), repo, '--depth=1')],
    ['a history longer than what a sandbox is given', () => deeper(full(), 60)],
  ];

  test.each(kinds)(
    '%s',
    async (name, make) => {
      const repo = make(join(at.root, name));
      const before = stateOf(repo);
      const end = await runToEnd(at, { repo, turns: [reads, codes(mended), reviews('approve')] });
      expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
      const { branch } = end.outcome;
      expect(git(repo, 'rev-parse', `${branch}^{tree}`)).toBe(treeWith(repo, 'HEAD', mended));
      expect(git(repo, 'rev-parse', `${branch}^`)).toBe(git(repo, 'rev-parse', 'HEAD'));
      expect(runBranches(repo)).toEqual([branch]);
      expect(touched(repo, before)).toEqual([]);
    },
    patience,
  );
});

function cloned(from: string, to: string, how: string): string {
  git(at.root, 'clone', '--quiet', how, `file://${from}`, to);
  return to;
}

function deeper(repo: string, commits: number): string {
  for (let n = 0; n < commits; n += 1) git(repo, 'commit', '-q', '--allow-empty', '-m', `no. ${n}`);
  return repo;
}
