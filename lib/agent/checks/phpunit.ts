import { isAbsolute, relative } from 'node:path';
import * as z from 'zod';
import { readCaptured } from './captured.ts';
import type { Channel, Ecosystem, Found, RawResult, Reported, TreeView } from './ecosystem.ts';
import { type JUnitCase, readJUnit } from './junit-xml.ts';
import { baseName } from './paths.ts';

/** PHP packages; results from the report that PHPUnit writes at its end. */
export const phpunit: Ecosystem = {
  name: 'phpunit',
  looksFor: 'composer.json with PHPUnit, or phpunit.xml',
  tools: ['php', 'composer'],
  detect,
  isTest: (path) => /(Test|TestCase)\.php$|\.phpt$/.test(path),
  isDefinition: (path) =>
    /^(composer\.(json|lock)|phpunit\.xml(\.dist)?|phpunit\.dist\.xml|\.phpunit\.result\.cache)$/.test(
      baseName(path),
    ) || /^vendor\/(bin\/|composer\/|.*\.php$)/.test(path),
  reporters: ['capture.mjs', 'signed.mjs'],
  programs: { phpunit: 'phpunit.sh' },
  adapt: adaptPhpunit,
  read: readPhpunit,
  sharing: {
    lists: (path) => /^composer\.(json|lock)$/.test(baseName(path)),
    keeps: /^(vendor\/|composer\.lock)$/,
  },
};

const strings = z.union([z.string(), z.array(z.string())]);
const composerSchema = z.looseObject({
  require: z.record(z.string(), z.unknown()).optional(),
  'require-dev': z.record(z.string(), z.unknown()).optional(),
  autoload: z.unknown().optional(),
  scripts: z.record(z.string(), z.unknown()).optional(),
});
type Composer = z.infer<typeof composerSchema>;

async function detect(tree: TreeView): Promise<Found | undefined> {
  const configured = tree.files.some((path) => /^phpunit(\.dist)?\.xml(\.dist)?$/.test(path));
  const composer = readComposer((await tree.read('composer.json')) ?? '');
  const packages = { ...composer?.require, ...composer?.['require-dev'] };
  const own = 'phpunit/phpunit' in packages;
  const test = scriptOf(composer, 'test');
  if (!configured && !own && test === undefined) return undefined;
  return {
    setup: composer === undefined ? [] : [composerInstall],
    test: test ?? (own ? 'vendor/bin/phpunit' : 'phpunit'),
  };
}

/** Installs the packages that composer.json names. */
export const composerInstall = 'composer install --no-interaction --no-progress --prefer-dist';

/** A composer.json, as far as it is looked at. Undefined where the text is none. */
export function readComposer(text: string): Composer | undefined {
  try {
    return composerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What `composer NAME` would run, with the scripts that it calls written out. */
export function scriptOf(
  composer: Composer | undefined,
  name: string,
  depth = 0,
): string | undefined {
  const found = strings.safeParse(composer?.scripts?.[name]).data;
  if (found === undefined || depth > 5) return undefined;
  const steps = [found].flat().map((step) => {
    const called = /^@(?:composer (?:run(?:-script)? )?)?([\w:-]+)$/.exec(step)?.[1];
    const inner = called === undefined ? undefined : scriptOf(composer, called, depth + 1);
    const plain = step.replace(/^@php /, 'php ').replace(/(^|\s)(?=phpunit\b)/, '$1vendor/bin/');
    return inner ?? plain;
  });
  return steps.length === 1 ? steps[0] : steps.map((step) => `(${step})`).join(' && ');
}

/** PHPUnit of the tree's own packages goes through our runner as the one on PATH does. */
function adaptPhpunit(command: string, { dir }: Channel): string {
  const runner = `"$ENTROPY_NODE" '${dir}/capture.mjs' phpunit`;
  return command.replace(
    /(^|[\s(;&])((?:php\s+(?:-\S+\s+)*)?(?:\.\/)?vendor\/(?:bin|phpunit\/phpunit)\/phpunit)(?=\s|\)|$)/g,
    `$1${runner} $2`,
  );
}

async function readPhpunit({ channel }: Reported): Promise<RawResult[] | null> {
  const runs = await readCaptured(channel.dir, 'phpunit');
  const results = runs.flatMap(({ report, code, output }) => {
    const cases = typeof report === 'string' ? readJUnit(report) : null;
    if (cases !== null) return cases.map((one) => resultOf(one, channel.tree));
    const message = output.slice(-4000);
    return code === 0
      ? []
      : [{ file: '', names: [], status: 'failed' as const, message, load: true }];
  });
  return results.length === 0 ? null : results;
}

function resultOf({ attributes, suites, status, message }: JUnitCase, tree: string): RawResult {
  const { name = '', class: owner = '' } = attributes;
  // Cases of a data provider stand in a suite of their own, which has no file.
  const place =
    attributes.file ?? suites.findLast((suite) => suite.attributes.file)?.attributes.file ?? '';
  const file = isAbsolute(place) ? relative(tree, place) : place;
  return { file, names: [owner, name].filter((part) => part !== ''), status, message };
}
