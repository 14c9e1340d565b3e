import type { TreeView } from './ecosystem.ts';
import type { ToxEnvironment } from './python-tox.ts';

const venv = 'python3 -m venv "$VIRTUAL_ENV"';
/** By its path: a shell that has looked up `python3` already would go on with the machine's own. */
const pip = '"$VIRTUAL_ENV/bin/python3" -m pip install -q';
const requirements =
  /^(requirements\/)?((dev|test|tests|testing)[-_])?requirements([-_](dev|test|tests|testing))?\.txt$|^requirements\/(dev|test|tests|testing|base)\.txt$/;
const projectFiles = ['pyproject.toml', 'setup.py', 'setup.cfg'];
const testExtras = ['test', 'tests', 'testing', 'dev'];

/**
 * What the tests of a Python repository need, into a virtual environment outside the tree; nothing where
 * the code needs nothing but Python itself.
 */
export async function pythonSetup(tree: TreeView, pytest: boolean): Promise<string[]> {
  const lists = tree.files.filter((path) => requirements.test(path));
  const project = await projectOf(tree);
  const install = [
    ...(project === undefined ? [] : [`${pip} -e ${project}`]),
    ...lists.map((path) => `${pip} -r ${path}`),
  ];
  const runner = pytest ? ['pytest', ...(await pluginsOf(tree))] : [];
  const getRunner = `${pip} ${runner.join(' ')}`;
  if (install.length > 0) return [venv, ...install, ...(pytest ? [getRunner] : [])];
  if (!pytest) return [];
  const imports = runner.map((name) => name.replace('-', '_')).join(', ');
  return [`python3 -c 'import ${imports}' 2>/dev/null || { ${venv} && ${getRunner}; }`];
}

/** What tox's own environment would hold; the project only where pip knows it for one. */
export function toxSetup(tree: TreeView, { deps, skipInstall }: ToxEnvironment): string[] {
  const wanted = deps.map((line) => (line.startsWith('-') ? line : `'${line}'`)).join(' ');
  const isProject = projectFiles.some((path) => tree.files.includes(path));
  return [
    venv,
    ...(wanted === '' ? [] : [`${pip} ${wanted}`]),
    ...(skipInstall || !isProject ? [] : [`${pip} -e .`]),
  ];
}

/** Plugins that pytest's configuration takes for granted. */
const plugins: readonly (readonly [RegExp, string])[] = [
  [/--(no-)?cov\b/, 'pytest-cov'],
  [/\basyncio_mode\b/, 'pytest-asyncio'],
  [/^\s*(--)?timeout\s*=/m, 'pytest-timeout'],
  [/(addopts[^[]*|['"\s])-n[ =]?(auto|\d+)/, 'pytest-xdist'],
];

async function pluginsOf(tree: TreeView): Promise<string[]> {
  const files = ['pytest.ini', 'pyproject.toml', 'setup.cfg', 'tox.ini'];
  const texts = await Promise.all(files.map((path) => tree.read(path)));
  const sections = texts.map(
    (text) => /^\[(tool[:.])?pytest\b[\s\S]*/m.exec(text ?? '')?.[0] ?? '',
  );
  return plugins.filter(([sign]) => sections.some((s) => sign.test(s))).map(([, name]) => name);
}

/** What pip is to install of the repository itself; undefined where it has no dependencies. */
async function projectOf(tree: TreeView): Promise<string | undefined> {
  const pyproject = (await tree.read('pyproject.toml')) ?? '';
  const setup = `${(await tree.read('setup.py')) ?? ''}\n${(await tree.read('setup.cfg')) ?? ''}`;
  const extra = testExtras.find((name) => extraOf(name).test(`${pyproject}\n${setup}`));
  const group = testExtras.find((name) => groupOf(name).test(pyproject));
  const needs =
    /^dependencies\s*=\s*\[\s*[^\]\s]/m.test(pyproject) ||
    /^\[tool\.poetry\.(dev-|group\.\w+\.)?dependencies\]\s*\n(?!python\b[^\n]*\n(\s*\n|\[|$))/m.test(
      pyproject,
    ) ||
    /\b(install|tests)_requires?\s*=\s*(\[\s*['"]|\n\s+\w)/.test(setup);
  if (!needs && extra === undefined && group === undefined) return undefined;
  const self = extra === undefined ? '.' : `'.[${extra}]'`;
  return group === undefined ? self : `${self} --group ${group}`;
}

const extraOf = (name: string) =>
  new RegExp(`^\\s*['"]?${name}['"]?\\s*[=:]\\s*\\[?\\s*\\n?\\s*['"\\w]`, 'm');

/** Dependency groups (PEP 735) have a table of their own. */
const groupOf = (name: string) =>
  new RegExp(`^\\[dependency-groups\\]\\s*\\n(?:[^[]*\\n)?${name}\\s*=`, 'm');
