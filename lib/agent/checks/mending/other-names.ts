import { buildFolder } from '../cmake.ts';
import type { Found, TreeView } from '../ecosystem.ts';
import { targetsOf } from '../make-recipes.ts';
import { parsePackage } from '../node-manifest.ts';
import { scriptText } from '../node-scripts.ts';
import { nodeSetup } from '../node-setup.ts';
import { composerInstall, readComposer, scriptOf } from '../phpunit.ts';
import { gems } from '../ruby.ts';
import { testNames } from './test-names.ts';

/** Tests that build files have under a name that discovery doesn't go by, by ecosystem. */
export const otherNames: Readonly<Record<string, (tree: TreeView) => Promise<Found[]>>> = {
  node: packageScripts,
  phpunit: composerScripts,
  ruby: rakeTasks,
  cmake: customTargets,
  autotools: plainConfigure,
  make: makeTargets,
};

const makefiles = ['GNUmakefile', 'makefile', 'Makefile'];

async function makeTargets(tree: TreeView): Promise<Found[]> {
  const name = makefiles.find((one) => tree.files.includes(one));
  const text = name === undefined ? '' : ((await tree.read(name)) ?? '');
  return testNames(targetsOf(text)).map((target) => ({ setup: [], test: `make ${target}` }));
}

/** Scripts by another name than `test`, else a runner among the dependencies. */
async function packageScripts(tree: TreeView): Promise<Found[]> {
  const manifest = parsePackage((await tree.read('package.json')) ?? '');
  if (manifest === undefined) return [];
  const { scripts = {}, dependencies, devDependencies } = manifest;
  const setup = await nodeSetup(manifest, tree);
  const has = { ...dependencies, ...devDependencies };
  const runners = ['jest', 'vitest', 'mocha', 'ava'].filter((name) => name in has);
  const others = testNames(Object.keys(scripts)).filter((name) => name !== 'test');
  return [
    ...others.map((name) => scriptText(scripts, name)),
    ...runners.map((name) => (name === 'vitest' ? 'vitest run' : name)),
  ]
    .filter((test) => test !== undefined)
    .map((test) => ({ setup, test }));
}

async function composerScripts(tree: TreeView): Promise<Found[]> {
  const composer = readComposer((await tree.read('composer.json')) ?? '');
  return testNames(Object.keys(composer?.scripts ?? {}))
    .map((name) => scriptOf(composer, name))
    .filter((test) => test !== undefined)
    .map((test) => ({ setup: [composerInstall], test }));
}

async function rakeTasks(tree: TreeView): Promise<Found[]> {
  const text = (await tree.read('Rakefile')) ?? '';
  const made = [...text.matchAll(/\b(Test|Rake)Task\.new(?:\(?\s*:(\w+))?/g)].map(
    ([, kind, name]) => name ?? (kind === 'Test' ? 'test' : 'spec'),
  );
  const written = [...text.matchAll(/^[ \t]*task[ (][ \t]*:?['"]?([\w:-]+)/gm)].map(
    ([, name]) => name,
  );
  const names = [...made, ...written].filter((name) => name !== undefined);
  const bundled = tree.files.includes('Gemfile') || tree.files.includes('gems.rb');
  const start = bundled ? `${gems} bundle exec ` : '';
  const setup = bundled ? [`${gems} bundle install --quiet`] : [];
  return testNames(names).map((name) => ({ setup, test: `${start}rake ${name}` }));
}

/** Targets of the project's own that run its tests without CTest. */
async function customTargets(tree: TreeView): Promise<Found[]> {
  const text = (await tree.read('CMakeLists.txt')) ?? '';
  const names = [...text.matchAll(/\badd_custom_target\s*\(\s*([\w.-]+)/gi)].map(
    ([, name = '']) => name,
  );
  const folder = buildFolder(tree);
  return testNames(names).map((name) => ({
    setup: [],
    test: `cmake -S . -B ${folder} && cmake --build ${folder} --target ${name}`,
  }));
}

/** autoconf without automake, whose Makefile.in is written by hand. */
async function plainConfigure(tree: TreeView): Promise<Found[]> {
  const has = (path: string) => tree.files.includes(path);
  if (!has('Makefile.in') || !(has('configure.ac') || has('configure.in'))) return [];
  const make = has('autogen.sh') ? 'NOCONFIGURE=1 sh ./autogen.sh' : 'autoreconf -fi';
  const configure = has('configure') ? './configure' : `${make} && ./configure`;
  const names = testNames(targetsOf((await tree.read('Makefile.in')) ?? ''));
  return names.map((name) => ({ setup: [], test: `${configure} && make ${name}` }));
}
