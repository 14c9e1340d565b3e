import { join } from 'node:path';
import type { Channel, Ecosystem, Found, TreeView } from './ecosystem.ts';
import { isNodeManifest, mergeNodeManifest, type Package, parsePackage } from './node-manifest.ts';
import { adaptNodeCommand, readNodeRunners } from './node-runners.ts';
import { scriptText } from './node-scripts.ts';
import { nodeSetup, nodeSharing } from './node-setup.ts';
import { baseName, inTestFolder } from './paths.ts';

const definition =
  /^((jest|vitest|ava|karma|wdio|playwright|cypress)\.(config|conf|workspace)\..+|jest\.setup\..+|\.(mocharc|taprc|nycrc|c8rc|swcrc|npmrc|nvmrc|node-version)(\..+)?|node\.config\.json|\.yarnrc(\.yml)?|\.pnp\..+|\.?pnpmfile\.c?js|pnpm-workspace\.yaml|\.tap)$/;
const testFile = /([._-](test|tests|spec)\.[cm]?[jt]sx?|^tests?(-.+)?\.[cm]?[jt]sx?)(\.snap)?$/;

const reporter = 'node-test.mjs';

/** npm packages; results from node:test, TAP, jest, vitest, mocha and ava. */
export const node: Ecosystem = {
  name: 'node',
  looksFor: 'a "test" script in package.json, or tests written for `node --test`',
  tools: ['node', 'npm'],
  detect,
  isTest: (path) => inTestFolder(path) || testFile.test(baseName(path)),
  isDefinition: (path) => isNodeManifest(path) || definition.test(baseName(path)),
  mergeDefinition: mergeNodeManifest,
  reporters: [reporter, 'signed.mjs'],
  env: nodeEnv,
  adapt: adaptNodeCommand,
  read: readNodeRunners,
  sharing: nodeSharing,
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  const text = await tree.read('package.json');
  if (text === undefined) return undefined;
  const found = parsePackage(text);
  if (found === undefined) return undefined;
  const test = testCommand(found) ?? bareTests(tree);
  return test === undefined ? undefined : { setup: await nodeSetup(found, tree), test };
}

function testCommand({ scripts = {} }: Package): string | undefined {
  if (/no test specified/.test(scripts.test ?? '')) return undefined;
  return scriptText(scripts, 'test');
}

function bareTests(tree: TreeView): string | undefined {
  return tree.files.some((path) => testFile.test(baseName(path))) ? 'node --test' : undefined;
}

/** A second reporter through NODE_OPTIONS; it prints nothing, so the usual one is named beside it. */
function nodeEnv(channel: Channel): Record<string, string> {
  const options = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(channel.dir, reporter)}`,
    '--test-reporter-destination=stderr',
  ];
  return { NODE_OPTIONS: options.join(' ') };
}
