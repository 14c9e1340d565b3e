import { expect, test } from '@jest/globals';
import { survey } from '../../../../lib/agent/checks/mending/survey.ts';
import { treeOf } from '../tree-of.ts';

const seen = (...files: string[]) =>
  survey(treeOf(Object.fromEntries(files.map((path) => [path, path])))).map(
    ({ folder, manifests }) => [folder, ...manifests.keys()],
  );

test('manifests at the root and up to two folders down, the shallower first', () => {
  expect(
    seen('a/b/go.mod', 'a/b/c/go.mod', 'lib/t/one.t', 'pom.xml', 'X.sln', 'web/package.json'),
  ).toEqual([
    ['', 'pom.xml', 'X.sln'],
    ['lib', 't/*.t'],
    ['web', 'package.json'],
    ['a/b', 'go.mod'],
  ]);
});

test.each([
  'node_modules/a/package.json',
  'web/node_modules/package.json',
  'vendor/a/go.mod',
  'third_party/zlib/CMakeLists.txt',
  '.git/modules/Makefile',
  '.github/package.json',
  'test/fixtures/package.json',
  'build/Makefile',
  "it's/package.json",
  '-rf/package.json',
  'a\nb/package.json',
  '$(id)/package.json',
])('%j is not looked at', (path) => {
  expect(seen(path)).toEqual([['']]);
});

test('a folder’s files are its own, named as if it were the root', async () => {
  const [, app] = survey(
    treeOf({ 'app/setup.py': 'one', 'app/src/x.py': 'two', 'apple/y.py': '', 'z.py': '' }),
  );
  expect(app?.tree.files).toEqual(['setup.py', 'src/x.py']);
  expect(await app?.tree.read('src/x.py')).toBe('two');
  expect(await app?.tree.read('../z.py')).toBeUndefined();
});

test('what is looked at is bounded: folders, files, reads, and the length of each', async () => {
  const many = Array.from({ length: 90 }, (_, n) => `p${n}/package.json`);
  expect(seen(...many)).toHaveLength(40);
  expect(seen(...Array.from({ length: 50_000 }, (_, n) => `f${n}`), 'p/go.mod')).toEqual([['']]);
  let reads = 0;
  const files = Array.from({ length: 900 }, (_, n) => `f${n}`);
  const read = async () => {
    reads += 1;
    return 'x'.repeat(1_000_000);
  };
  const [root] = survey({ files, read });
  for (const path of [...files, ...files]) await root?.tree.read(path);
  expect(reads).toBe(400);
  expect(await root?.tree.read('f0')).toHaveLength(200_000);
  expect(await root?.tree.read('f899')).toBeUndefined();
});
