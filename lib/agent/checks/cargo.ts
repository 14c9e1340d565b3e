import { mergeCargoManifest } from './cargo-manifest.ts';
import { readCargo } from './cargo-results.ts';
import type { Ecosystem, Found, TreeView } from './ecosystem.ts';
import { baseName } from './paths.ts';
import { splitRust } from './rust-items.ts';

const testFile = /^(tests?|.*_tests?|test_.*)\.rs$/;
const definition =
  /^(build\.rs|rust-toolchain(\.toml)?|clippy\.toml|\.?nextest\.toml)$|^\.cargo\/config(\.toml)?$/;

/** Rust packages; results from libtest and from tests in documentation. */
export const cargo: Ecosystem = {
  name: 'cargo',
  looksFor: 'Cargo.toml',
  tools: ['cargo', 'rustc'],
  detect,
  isTest: (path) => testFile.test(baseName(path)),
  isDefinition: (path) =>
    baseName(path) === 'Cargo.toml' ||
    definition.test(baseName(path)) ||
    /(^|\/)\.cargo\/config(\.toml)?$/.test(path),
  mergeDefinition: (path, base, change) =>
    baseName(path) === 'Cargo.toml' ? mergeCargoManifest(base, change) : undefined,
  splitTests: (path, base, change) => (path.endsWith('.rs') ? splitRust(base, change) : undefined),
  reporters: ['capture.mjs', 'signed.mjs'],
  programs: {
    cargo: 'cargo.sh',
    'entropy-cargo-test': 'cargo-test.sh',
    'entropy-rustdoc': 'rustdoc.sh',
  },
  env: () => ({ CARGO_TERM_COLOR: 'never', CARGO_NET_OFFLINE: 'true', RUST_BACKTRACE: '0' }),
  read: readCargo,
  sharing: {
    lists: (path) => /^Cargo\.(toml|lock)$/.test(baseName(path)),
    keeps: /^Cargo\.lock$/,
    fillsCache: true,
  },
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  const manifest = await tree.read('Cargo.toml');
  if (manifest === undefined) return undefined;
  // A Python package with a part in Rust is tested as a Python package.
  if (/\b(maturin|setuptools.rust)\b/.test((await tree.read('pyproject.toml')) ?? ''))
    return undefined;
  const workspace = /^\s*\[workspace\]/m.test(manifest);
  const needs = workspace || /^\s*\[(.+\.)?(dev-|build-)?dependencies\b/m.test(manifest);
  const test = workspace ? 'cargo test --workspace' : 'cargo test';
  return { setup: needs ? ['cargo fetch'] : [], test };
}
