import { join } from 'node:path';
import type { Channel, Ecosystem, Found, TreeView } from './ecosystem.ts';
import { baseName, inTestFolder } from './paths.ts';
import { isPythonManifest, mergePythonManifest } from './python-manifest.ts';
import { pythonSetup, toxSetup } from './python-setup.ts';
import { pythonSharing } from './python-sharing.ts';
import { readTox } from './python-tox.ts';
import { readResultFiles } from './results-file.ts';

const testFile = /^(test_.*|.*_tests?|tests)\.py$/;
const definition =
  /^(\.?pytest\.(ini|toml)|tox\.ini|conftest\.py|(site|user)customize\.py|.*\.pth|noxfile\.py|\.coveragerc)$/;
/** What says, at the root, that a project is of another kind. */
const otherKinds =
  /^(package\.json|CMakeLists\.txt|meson\.build|configure(\.ac)?|composer\.json|Gemfile|.*\.gemspec|Makefile\.PL|Build\.PL|cpanfile)$/;
/** Test files that are looked into to tell pytest from unittest. */
const lookInto = 40;

/** Python; results from pytest and unittest, whatever starts them. */
export const python: Ecosystem = {
  name: 'python',
  looksFor: 'Python tests (test_*.py, *_test.py) for pytest or unittest',
  tools: ['python3'],
  detect,
  isTest: (path) => path.endsWith('.py') && (inTestFolder(path) || testFile.test(baseName(path))),
  isDefinition: (path) => isPythonManifest(path) || definition.test(baseName(path)),
  mergeDefinition: (path, base, change) =>
    isPythonManifest(path) ? mergePythonManifest(path, base, change) : undefined,
  reporters: ['entropy_pytest.py', 'entropy_results.py', 'entropy_unittest.py', 'sitecustomize.py'],
  env,
  // A command that sets the path itself would leave the reporters out.
  adapt: (command, { dir }) => command.replace(/\bPYTHONPATH=(?=\S)/g, `PYTHONPATH=${dir}:`),
  read: ({ channel }) => readResultFiles(channel.dir, 'python-'),
  sharing: pythonSharing,
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  const tests = tree.files.filter((path) => testFile.test(baseName(path)));
  if (tests.length === 0) return byTox(tree);
  // Python beside a project of another kind is a tool of that project's.
  const isPython = tree.files.some(
    (path) => !path.includes('/') && (isPythonManifest(path) || definition.test(path)),
  );
  if (!isPython && tree.files.some((path) => otherKinds.test(path))) return undefined;
  const pytest = await usesPytest(tree, tests);
  return {
    setup: await pythonSetup(tree, pytest),
    test: pytest ? 'python3 -m pytest' : await unittestCommand(tree, tests),
  };
}

/** What tox runs by default, where no test is called as pytest and unittest want it. */
async function byTox(tree: TreeView): Promise<Found | undefined> {
  const found = readTox((await tree.read('tox.ini')) ?? '');
  if (found === undefined) return undefined;
  return { setup: toxSetup(tree, found), test: found.commands.join(' && ') };
}

async function usesPytest(tree: TreeView, tests: readonly string[]): Promise<boolean> {
  const named = ['pytest.ini', '.pytest.ini', 'pytest.toml', '.pytest.toml'];
  if (tree.files.some((path) => named.includes(path) || baseName(path) === 'conftest.py')) {
    return true;
  }
  for (const [file, section] of sections) {
    if (section.test((await tree.read(file)) ?? '')) return true;
  }
  let cases = false;
  for (const path of tests.slice(0, lookInto)) {
    const text = (await tree.read(path)) ?? '';
    if (/^\s*(import|from)\s+pytest\b/m.test(text)) return true;
    // Functions outside a class are nothing to unittest, but for the old way to name a suite.
    if (/^(async )?def test_(?!suite\b)/m.test(text)) return true;
    if (/\bTestCase\b/.test(text)) cases = true;
  }
  return !cases;
}

const sections: readonly (readonly [string, RegExp])[] = [
  ['pyproject.toml', /^\[tool\.pytest\b/m],
  ['setup.cfg', /^\[tool:pytest\]/m],
  ['tox.ini', /^\[pytest\]/m],
];

/**
 * A suite that setup.py names, else discovery from the folder that all tests stand in, so that packages are
 * imported by their full name.
 */
async function unittestCommand(tree: TreeView, tests: readonly string[]): Promise<string> {
  const suite = /\btest_suite\s*=\s*['"]([\w.]+)['"]/.exec(
    (await tree.read('setup.py')) ?? '',
  )?.[1];
  if (suite !== undefined && !isModule(tree, suite)) return `python3 -m unittest ${suite}`;
  const start = commonFolder(tests);
  const isPackage = (folder: string) => tree.files.includes(`${folder}/__init__.py`);
  let top = start;
  while (top !== '' && isPackage(top)) top = top.includes('/') ? top.replace(/\/[^/]+$/, '') : '';
  const where = start === '' ? [] : ['-s', start, '-t', top === '' ? '.' : top];
  const usual = tests.some((path) => baseName(path).startsWith('test'));
  const pattern = usual ? [] : ['-p', "'*_test*.py'"];
  return ['python3 -m unittest discover', ...where, ...pattern].join(' ');
}

/** Only a function gives the suite that setup.py means; a module's tests are found by discovery. */
function isModule(tree: TreeView, name: string): boolean {
  const path = name.replaceAll('.', '/');
  return tree.files.some((file) =>
    [`${path}.py`, `${path}/__init__.py`].some((end) => file === end || file.endsWith(`/${end}`)),
  );
}

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => path.split('/').slice(0, -1));
  const differs = first.findIndex((part, at) => rest.some((other) => other[at] !== part));
  return (differs === -1 ? first : first.slice(0, differs)).join('/');
}

function env({ dir, tree }: Channel): Record<string, string> {
  return {
    // Behind our own folder, the place of a package that stands in `src`.
    PYTHONPATH: `${dir}:${join(tree, 'src')}`,
    PYTEST_ADDOPTS: '-p entropy_pytest -p no:cacheprovider --continue-on-collection-errors',
  };
}
