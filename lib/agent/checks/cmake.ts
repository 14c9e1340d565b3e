import { isCTest, mergeSources } from './c-sources.ts';
import { readCaptured } from './captured.ts';
import type { Ecosystem, Found, RawResult, Reported, TreeView } from './ecosystem.ts';
import { type JUnitCase, readJUnit } from './junit-xml.ts';
import { baseName } from './paths.ts';

/** CMake with CTest; results from the report that CTest writes at its end. */
export const cmake: Ecosystem = {
  name: 'cmake',
  looksFor: 'CMakeLists.txt with enable_testing() or include(CTest)',
  tools: ['cmake', 'ctest', 'cc'],
  detect,
  isTest: isCTest,
  isDefinition: (path) =>
    /^(CMakeLists\.txt|CMake(User)?Presets\.json|CTest\w*\.cmake|.*\.cmake(\.in)?)$/.test(
      baseName(path),
    ),
  mergeDefinition: (path, base, change) =>
    baseName(path) === 'CMakeLists.txt' ? mergeSources(base, change) : undefined,
  reporters: ['capture.mjs', 'signed.mjs'],
  programs: { ctest: 'ctest.sh' },
  read: readCTest,
};

/** A folder for what is built, which nothing of the tree stands in. */
export function buildFolder(tree: TreeView): string {
  const taken = (name: string) => tree.files.some((path) => path.startsWith(`${name}/`));
  return ['build', 'build-checks', 'build-for-checks'].find((name) => !taken(name)) ?? 'build';
}

async function detect(tree: TreeView): Promise<Found | undefined> {
  const text = await tree.read('CMakeLists.txt');
  if (text === undefined) return undefined;
  const tests = tree.files.filter((path) => baseName(path) === 'CMakeLists.txt').slice(0, 50);
  const all = (await Promise.all(tests.map((path) => tree.read(path)))).join('\n');
  if (!/\b(enable_testing|add_test|include)\s*\(\s*(CTest\b|NAME|\w*\s*\))/i.test(all))
    return undefined;
  if (!/\b(enable_testing\s*\(|include\s*\(\s*CTest\b)/i.test(all)) return undefined;
  const folder = buildFolder(tree);
  // Options of the project's own that leave its tests out unless they are asked for.
  const off = [...all.matchAll(/\boption\s*\(\s*(\w*TEST\w*)\s+("[^"]*"\s+)?OFF\b/gi)];
  const options = [...new Set(off.map(([, name]) => ` -D${name}=ON`))].slice(0, 5).join('');
  const configure = `cmake -S . -B ${folder}${options}`;
  const fetches = /\b(FetchContent_|ExternalProject_|CPMAddPackage|file\s*\(\s*DOWNLOAD)/i.test(
    all,
  );
  return {
    setup: fetches ? [configure] : [],
    test: `${configure} && cmake --build ${folder} && ctest --test-dir ${folder} --output-on-failure`,
  };
}

async function readCTest({ channel }: Reported): Promise<RawResult[] | null> {
  const runs = await readCaptured(channel.dir, 'ctest');
  const cases = runs.flatMap(({ report }) =>
    typeof report === 'string' ? (readJUnit(report) ?? []) : [],
  );
  return cases.length === 0 ? null : cases.map(resultOf);
}

function resultOf({ attributes, status, message }: JUnitCase): RawResult {
  return { file: '', names: [attributes.name ?? ''], status, message };
}
