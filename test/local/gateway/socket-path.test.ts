import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freshSocketPath } from '../../../lib/local/gateway/socket-path.ts';
import { freshFolder } from '../source/git-fixture.ts';

test('a socket stands in a folder of its user alone, and those of dead processes go', async () => {
  const folder = join(freshFolder(), 'gateway');
  await mkdir(folder);
  // No system gives this number to a process.
  await writeFile(join(folder, '999999999-00000000.sock'), '');
  await writeFile(join(folder, `${process.pid}-00000000.sock`), '');
  const path = await freshSocketPath(folder);
  expect(dirname(path)).toBe(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readdir(folder)).toEqual([`${process.pid}-00000000.sock`]);
});

test('a path that no socket may have is replaced by a short one', async () => {
  const path = await freshSocketPath(join(freshFolder(), 'x'.repeat(120)));
  expect(path.length).toBeLessThan(100);
  await rm(dirname(path), { recursive: true });
});
