import { realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { isWithin, type Toolchains, toolchainsOf } from '../../../lib/local/sandbox/toolchains.ts';

const made: string[] = [];
afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true });
});

/** What is found where HOME holds these folders and PATH names `entries` of them. */
async function found(
  folders: readonly string[],
  entries: readonly string[],
  links: Record<string, string> = {},
): Promise<Toolchains & { home: string }> {
  const home = realpathSync(await mkdtemp(join(tmpdir(), 'toolchains-')));
  made.push(home);
  for (const folder of folders) await mkdir(join(home, folder), { recursive: true });
  for (const [name, target] of Object.entries(links)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await symlink(join(home, target), join(home, name));
  }
  const root = join(home, 'project');
  const toolchains = toolchainsOf({
    dataDir: join(home, '.entropy'),
    harness: { root, main: join(root, 'main.ts'), node: '/node' },
    hostEnv: { HOME: home, PATH: entries.map((entry) => join(home, entry)).join(':') },
  });
  const short = (paths: readonly string[]) => paths.map((path) => path.replace(`${home}/`, '~/'));
  return { ...toolchains, mounts: short(toolchains.mounts), home };
}

test('a version manager is shown as a whole, cargo and go by their programs only', async () => {
  const folders = ['.pyenv/shims', '.pyenv/bin', '.cargo/bin', '.rustup', 'go/bin', 'go/pkg'];
  const entries = ['.pyenv/shims', '.pyenv/bin', '.cargo/bin', 'go/bin'];
  const { mounts, rustup, home } = await found(folders, entries);
  expect([...mounts].sort()).toEqual(['~/.cargo/bin', '~/.pyenv', '~/.rustup', '~/go/bin']);
  expect(rustup).toBe(join(home, '.rustup'));
});

test('nothing personal is shown, whatever PATH says', async () => {
  const entries = ['.ssh', '.config/tool/bin', '.aws/cli/bin', '.entropy/bin', '', 'project/bin'];
  const { mounts } = await found(entries, entries);
  expect(mounts).toEqual([]);
});

test('a link in PATH brings what it points to, but not out of a personal folder', async () => {
  const folders = ['.nvm/versions/node/v24/bin', '.ssh/bin'];
  const links = { 'current/bin': '.nvm/versions/node/v24/bin', 'sneaky/bin': '.ssh/bin' };
  const { mounts } = await found(folders, ['current/bin', 'sneaky/bin'], links);
  expect(mounts).toContain('~/.nvm/versions');
  expect(mounts.filter((path) => path.includes('.ssh'))).toEqual([]);
  expect(mounts).not.toContain('~/sneaky/bin');
});

test("a package manager's settings beside its programs are hidden", async () => {
  const bin = '.nvm/versions/node/v24/bin';
  const first = await found([bin, `${bin}/../etc`], [bin]);
  expect(first.hidden).toEqual([]);
  const settings = join(first.home, dirname(bin), 'etc', 'npmrc');
  await writeFile(settings, '//registry/:_authToken=secret');
  const again = toolchainsOf({
    dataDir: join(first.home, '.entropy'),
    harness: { root: '/project', main: '/project/main.ts', node: '/node' },
    hostEnv: { HOME: first.home, PATH: join(first.home, bin) },
  });
  expect(again.hidden).toEqual([settings]);
});

test('what PATH names and is not there, or is no absolute folder, is passed over', async () => {
  const { path } = await found(['bin'], ['bin', 'missing', 'bin']);
  expect(path).toHaveLength(1);
});

test.each([
  ['/a/b', '/a', true],
  ['/a', '/a', true],
  ['/a/..b', '/a', true],
  ['/ab', '/a', false],
  ['/', '/a', false],
])('%s within %s: %s', (path, folder, answer) => {
  expect(isWithin(path, folder)).toBe(answer);
});
