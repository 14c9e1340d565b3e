import type { Sharing, TreeView } from './ecosystem.ts';
import { isNodeManifest, type Package } from './node-manifest.ts';
import { baseName } from './paths.ts';

const quiet = '--no-audit --no-fund';

/** What installs the packages of a repository: by the manager that its manifest or its lock file names. */
export async function nodeSetup(found: Package, tree: TreeView): Promise<string[]> {
  const { dependencies, devDependencies, optionalDependencies } = found;
  const wanted = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const has = (path: string) => tree.files.includes(path);
  const spaces = found.workspaces !== undefined || has('pnpm-workspace.yaml');
  if (wanted.length === 0 && !spaces) return [];
  const named = /^(npm|pnpm|yarn)@(\d+\.[\w.-]+)/.exec(String(found.packageManager ?? ''));
  const manager =
    named?.[1] ?? (has('pnpm-lock.yaml') ? 'pnpm' : has('yarn.lock') ? 'yarn' : 'npm');
  if (manager === 'pnpm') {
    const lock = await tree.read('pnpm-lock.yaml');
    const frozen = lock === undefined ? '' : ' --frozen-lockfile';
    return [getting(`pnpm@${named?.[2] ?? pnpmFor(lock ?? '')}`), `pnpm install${frozen}`];
  }
  if (manager === 'yarn') return yarnSetup(named?.[2], await tree.read('yarn.lock'));
  const locked = ['package-lock.json', 'npm-shrinkwrap.json'].some(has);
  return [locked ? `npm ci ${quiet}` : `npm install ${quiet}`];
}

/** Managers other than npm are installed beside the tree, as what tests need is. */
const getting = (spec: string) => `npm install -g --prefix "$VIRTUAL_ENV" ${quiet} ${spec}`;

/** The last release that writes this version of the lock file. */
function pnpmFor(lock: string): string {
  const version = /^lockfileVersion:\s*'?(\d+)/m.exec(lock)?.[1];
  return version === '5' ? '7' : version === '6' ? '8' : '9';
}

function yarnSetup(version: string | undefined, lock: string | undefined): string[] {
  const classic =
    version === undefined ? !/^__metadata:/m.test(lock ?? '') : version.startsWith('1.');
  if (classic) {
    const frozen = lock === undefined ? '' : ' --frozen-lockfile';
    return [getting(`yarn@${version ?? '1.22.22'}`), `yarn install --non-interactive${frozen}`];
  }
  // Packages in zip archives need a loader that a plain `node` does not have.
  const settings = 'YARN_NODE_LINKER=node-modules YARN_ENABLE_TELEMETRY=0';
  const without = lock === undefined ? ' YARN_ENABLE_IMMUTABLE_INSTALLS=false' : '';
  return [getting(`@yarnpkg/cli-dist@${version ?? '4'}`), `${settings}${without} yarn install`];
}

const ownScript = /"(pre|post)?(install|prepare)"\s*:|"prepublish"\s*:/;

/** A script may build from the source, and workspaces put links and folders where we do not look. */
export const nodeSharing: Sharing = {
  lists: (path) =>
    isNodeManifest(path) ||
    /^(\.npmrc|\.yarnrc(\.yml)?|pnpm-workspace\.yaml)$/.test(baseName(path)),
  refuses: (path, text) =>
    baseName(path) === 'pnpm-workspace.yaml' ||
    (baseName(path) === 'package.json' && (ownScript.test(text) || text.includes('"workspaces"'))),
  keeps: /^(node_modules\/|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|\.yarn\/)$/,
};
