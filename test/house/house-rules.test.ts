import { describe, expect, test } from '@jest/globals';
import { root, type SourceFile, sourceFiles } from './source-files.ts';

const files = sourceFiles('bin', 'lambdas', 'lib', 'localstack', 'task-image');
const byPath = new Map(files.map((file) => [file.path, file]));

/** What each layer may import, the longest matching folder first. */
const mayImport: Record<string, readonly string[]> = {
  'lib/domain': ['lib/domain'],
  'lib/roles': ['lib/domain', 'lib/roles'],
  'lib/providers': ['lib/domain', 'lib/providers'],
  'lib/github': ['lib/domain', 'lib/github'],
  'lib/agent': ['lib/domain', 'lib/roles', 'lib/agent'],
  'lib/services': ['lib/domain', 'lib/roles', 'lib/services'],
  'lib/config.ts': ['lib/domain'],
  'lib/cdk/cost': ['lib/cdk', 'lib/domain', 'lib/providers/prices.ts'],
  'lib/cdk': [
    'lib/cdk',
    'lib/domain',
    'lib/aws/environment-names.ts',
    'lib/aws/outputs-parameter.ts',
  ],
  'lib/aws': ['lib/domain', 'lib/aws', 'lib/services'],
  'lib/local': ['lib/domain', 'lib/local', 'lib/services'],
  'task-image': ['lib/domain', 'lib/agent', 'lib/roles', 'task-image'],
  lambdas: ['lib', 'lambdas'],
  localstack: [
    'lib/aws',
    'lib/config.ts',
    'lib/local/playground',
    'lib/local/sandbox/docker/harness-digest.ts',
    'localstack',
    'task-image/bundle.ts',
  ],
  bin: ['lib', 'bin'],
};
/** Only these wire parts of every layer together. */
const composeFiles = /^lib\/(local\/(compose[a-z-]*|demo\/[a-z-]+)|aws\/compose[a-z-]*)\.ts$/;

const layerOf = (path: string) =>
  Object.keys(mayImport).find((layer) => path.startsWith(layer)) ?? '';

describe('imports', () => {
  test('go down only', () => {
    const wrong = files
      .filter((file) => !composeFiles.test(file.path))
      .flatMap((file) =>
        file.imports
          .filter(
            (target) => !mayImport[layerOf(file.path)]?.some((layer) => target.startsWith(layer)),
          )
          .map((target) => `${file.path} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('name no construct but in the app', () => {
    const wrong = files
      .filter((file) => !/^(lib\/cdk\/|bin\/app\.ts$)/.test(file.path))
      .filter((file) => file.imports.some((target) => target.startsWith('lib/cdk/')))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  test('the domain knows no SDK and does no I/O', () => {
    const allowed = new Set(['zod', 'yaml', 'canonicalize', 'node:crypto', 'node:path']);
    const wrong = files
      .filter((file) => file.path.startsWith('lib/domain'))
      .flatMap((file) =>
        file.packages.filter((name) => !allowed.has(name)).map((name) => `${file.path}: ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  test('make no circle', () => {
    expect(circles()).toEqual([]);
  });

  test('name files that exist', () => {
    const missing = files.flatMap((file) =>
      file.imports
        .filter((target) => target.endsWith('.ts') && !byPath.has(target))
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(missing).toEqual([]);
  });
});

function circles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of byPath.get(path)?.imports ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const file of files) visit(file.path, []);
  return found;
}

describe('files', () => {
  test('are small: none over 300 lines, median under 90', () => {
    const sizes = files.map((file) => file.lines).sort((a, b) => a - b);
    expect(files.filter((file) => file.lines > 300).map((file) => file.path)).toEqual([]);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(90);
  });

  test('have no drawers and no barrels', () => {
    const wrong = files.filter((file) =>
      /(^|\/)(utils?|helpers?|shared|common)(\/|\.ts)|\/index\.ts$/.test(file.path),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  test('read the environment in the config reader and the entry points only', () => {
    const wrong = files.filter(
      (file) =>
        file.text.includes('process.env') &&
        !/^(lib\/config\.ts|bin\/|lambdas\/|localstack\/|task-image\/)/.test(file.path),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  test('name no registry host and no path of one machine', () => {
    const registries = /registry\.npmjs\.org|pypi\.org|proxy\.golang\.org|crates\.io/;
    const wrong = files.filter(({ text }) => registries.test(text) || text.includes(root));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });
});

describe('exports', () => {
  test('say what they are', () => {
    expect(files.flatMap(undocumented)).toEqual([]);
  });
});

/** Exported functions, classes and interfaces without a docstring; types and constants may go by their name. */
function undocumented(file: SourceFile): string[] {
  const docs = file.program.comments.filter(
    (comment) => comment.type === 'Block' && comment.value.startsWith('*'),
  );
  return file.program.program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.declaration === null) return [];
    const { type } = node.declaration;
    if (!/Function|Class|TSInterface/.test(type)) return [];
    const above = docs.some((comment) => /^\s*$/.test(file.text.slice(comment.end, node.start)));
    const name = (node.declaration as { id?: { name?: string } }).id?.name;
    return above ? [] : [`${file.path}: ${name}`];
  });
}
