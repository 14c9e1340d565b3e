import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { git as harnessGit } from '../../../lib/agent/git.ts';
import { gitIn } from '../../../lib/agent/verify/git.ts';

const dir = mkdtempSync(join(tmpdir(), 'entropy-git-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = process.env.PATH ?? '';
const missing = 'a'.repeat(40);

/** A repository whose configuration has a program run for an object that is not there. */
function promising(name: string): { root: string; ran: string } {
  const root = join(dir, name);
  const ran = join(dir, `${name}.ran`);
  const program = join(dir, `${name}.sh`);
  writeFileSync(program, `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' });
  execFileSync('git', ['init', '-q', root]);
  git('config', 'core.repositoryformatversion', '1');
  git('config', 'extensions.partialClone', 'origin');
  git('config', 'remote.origin.promisor', 'true');
  git('config', 'remote.origin.url', dir);
  git('config', 'remote.origin.uploadpack', program);
  return { root, ran };
}

test('nothing that a repository names is run for an object that is missing', async () => {
  const plain = promising('plain');
  // Git by itself would.
  const args = ['-C', plain.root, 'cat-file', 'blob', missing];
  expect(() => execFileSync('git', args, { stdio: 'pipe' })).toThrow();
  expect(existsSync(plain.ran)).toBe(true);

  const checked = promising('checked');
  await expect(gitIn(checked.root, path)(['cat-file', 'blob', missing])).rejects.toThrow('git');
  expect(existsSync(checked.ran)).toBe(false);

  const worked = promising('worked');
  const asked = harnessGit(['cat-file', 'blob', missing], { cwd: worked.root, path });
  await expect(asked).rejects.toMatchObject({ name: 'RepositoryInvalid' });
  expect(existsSync(worked.ran)).toBe(false);
});
