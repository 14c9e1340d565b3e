import { expect, test } from '@jest/globals';
import { pnpmLockFits, yarnLockFits } from '../../../lib/agent/checks/node-locks.ts';

const pnpm = `lockfileVersion: '9.0'
packages:
  tape@5.7.5:
    resolution: {integrity: sha512-a}
snapshots:
  tape@5.7.5:
    dependencies:
      deep-equal: 2.0.1
`;

test('a new line of pnpm’s lock file names a package of the registry by its own name', () => {
  expect(pnpmLockFits(pnpm, pnpm.replaceAll('5.7.5', '5.8.0'))).toBe(true);
  for (const line of [
    '    resolution: {tarball: https://example.org/a.tgz}',
    '      deep-equal: evil@1.0.0',
    '    version: link:../evil',
    '    resolution: {directory: evil, type: directory}',
  ]) {
    expect(pnpmLockFits(pnpm, `${pnpm}${line}\n`)).toBe(false);
  }
});

const yarn = `# yarn lockfile v1


tape@^5.0.0:
  version "5.7.5"
  resolved "https://registry.example.org/tape/-/tape-5.7.5.tgz#abc"
`;
const entry = (name: string, resolved: string) =>
  `${yarn}\n"${name}":\n  version "1.0.0"\n  resolved "https://registry.example.org/${resolved}"\n`;

test('a new entry of Yarn’s lock file is its own package’s archive', () => {
  expect(yarnLockFits(yarn, entry('@a/b@^1.0.0', '@a/b/-/b-1.0.0.tgz#x'))).toBe(true);
  expect(yarnLockFits(yarn, entry('mocha@^1.0.0', 'evil/-/evil-1.0.0.tgz#x'))).toBe(false);
  expect(yarnLockFits(yarn, entry('mocha@npm:evil@^1.0.0', 'mocha/-/mocha-1.0.0.tgz'))).toBe(false);
  expect(yarnLockFits(yarn, entry('mocha@file:evil', 'mocha/-/mocha-1.0.0.tgz'))).toBe(false);
  const berry =
    '__metadata:\n  version: 8\n\n"tape@npm:^5.0.0":\n  version: 5.7.5\n  resolution: "tape@npm:5.7.5"\n';
  expect(yarnLockFits('__metadata:\n  version: 8\n', berry)).toBe(true);
});
