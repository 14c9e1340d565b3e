import { isCTest, mergeSources } from './c-sources.ts';
import { readCaptured } from './captured.ts';
import { buildFolder } from './cmake.ts';
import type { Ecosystem, Found, RawResult, Reported, TreeView } from './ecosystem.ts';
import { readJUnit } from './junit-xml.ts';
import { baseName } from './paths.ts';

/** Meson; results from the report that it writes at its end. */
export const meson: Ecosystem = {
  name: 'meson',
  looksFor: 'meson.build with test()',
  tools: ['meson', 'ninja', 'cc'],
  detect,
  isTest: isCTest,
  isDefinition: (path) =>
    /^meson(\.build|_options\.txt|\.options)$/.test(baseName(path)) ||
    path.startsWith('subprojects/'),
  mergeDefinition: (path, base, change) =>
    baseName(path) === 'meson.build' ? mergeSources(base, change) : undefined,
  reporters: ['capture.mjs', 'signed.mjs'],
  programs: { meson: 'meson.sh' },
  read: readMeson,
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  if (!tree.files.includes('meson.build')) return undefined;
  const files = tree.files.filter((path) => baseName(path) === 'meson.build').slice(0, 50);
  const all = (await Promise.all(files.map((path) => tree.read(path)))).join('\n');
  if (!/^\s*test\s*\(/m.test(all)) return undefined;
  const folder = buildFolder(tree);
  const configure = `meson setup ${folder}`;
  return {
    setup: tree.files.some((path) => /^subprojects\/.*\.wrap$/.test(path)) ? [configure] : [],
    test: `{ [ -d ${folder} ] || ${configure}; } && meson test -C ${folder} --print-errorlogs`,
  };
}

async function readMeson({ channel }: Reported): Promise<RawResult[] | null> {
  const runs = await readCaptured(channel.dir, 'meson');
  const cases = runs.flatMap(({ report }) =>
    typeof report === 'string' ? (readJUnit(report) ?? []) : [],
  );
  if (cases.length === 0) return null;
  return cases.map(({ suites, attributes, status, message }) => {
    // Tests that speak TAP have a suite of their own, and a case for each point.
    const around = [suites.at(-1)?.attributes.name ?? '', attributes.classname ?? ''];
    const names = [...new Set([...around, attributes.name ?? ''])].filter((name) => name !== '');
    return { file: '', names, status, message };
  });
}
