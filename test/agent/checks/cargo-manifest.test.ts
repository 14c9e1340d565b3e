import { expect, test } from '@jest/globals';
import { mergeCargoManifest } from '../../../lib/agent/checks/cargo-manifest.ts';

const base = `[package]
name = "a"
version = "0.1.0"

[dependencies]
b = "1.0" # why
c = { path = "../c" }
`;

test('dependencies on the registry are the change’s, all else is the base’s', () => {
  const change = `[package]
name = "a"
version = "0.2.0"
build = "evil.rs"

[lib]
test = false

[dependencies]
b = "1.1"
c = { path = "../c" }
d = { git = "https://example.org/d" }
e = { version = "2", features = [
  "x",
], default-features = false }

[features]
more = ["e/x"]

[dev-dependencies.f]
version = "3"
path = "f"
`;
  const merged = mergeCargoManifest(base, change);
  expect(merged).toContain('version = "0.1.0"');
  expect(merged).toContain('b = "1.1"');
  expect(merged).toContain('c = { path = "../c" }');
  expect(merged).toMatch(/e = \{ version = "2", features = \[\s*"x",\s*\]/);
  expect(merged).toContain('more = ["e/x"]');
  expect(merged).toContain('[dev-dependencies.f]\nversion = "3"\n');
  expect(merged).not.toMatch(/evil|test = false|git|path = "f"/);
});

test('a change of dependencies alone is taken as it is', () => {
  const change = base.replace('1.0" # why', '1.2"');
  expect(mergeCargoManifest(base, change)).toBe(change);
});
