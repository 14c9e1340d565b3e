import type { Ecosystem, Found, TreeView } from './ecosystem.ts';
import { parseGoJson, plainGoOutput } from './go-json.ts';
import { baseName } from './paths.ts';

/** Go modules; results from `go test -json`. */
export const go: Ecosystem = {
  name: 'go',
  looksFor: 'go.mod',
  tools: ['go'],
  detect,
  isTest: (path) => path.endsWith('_test.go'),
  isDefinition: (path) => baseName(path) === 'go.work',
  programs: { go: 'go-test.sh', 'entropy-go-run': 'go-run.sh' },
  read: async ({ output }) => parseGoJson(output),
  plain: plainGoOutput,
  sharing: { lists: (path) => /^go\.(mod|sum|work)$/.test(baseName(path)), fillsCache: true },
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  const manifest = await tree.read('go.mod');
  if (manifest === undefined) return undefined;
  const vendored = tree.files.includes('vendor/modules.txt');
  const needs = /^\s*require\b/m.test(manifest) && !vendored;
  // Results of an earlier run must not stand for this one.
  return { setup: needs ? ['go mod download'] : [], test: 'go test -count=1 ./...' };
}
