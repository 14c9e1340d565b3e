import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gitEnvironment } from '../../../lib/local/playground/git/exec.ts';
import { type Running, repo, startRunning } from './running.ts';

const run = promisify(execFile);
let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.stop());

const mia = {
  GIT_AUTHOR_NAME: 'Mia',
  GIT_AUTHOR_EMAIL: 'mia@example.com',
  GIT_COMMITTER_NAME: 'Mia',
  GIT_COMMITTER_EMAIL: 'mia@example.com',
};

async function git(dir: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: dir, env: { ...gitEnvironment(), ...mia } });
  return stdout.trim();
}

/** Clone URL with a token in it, as `x-access-token`. */
const urlWith = (token: string) =>
  running.playground.gitUrl('acme/widgets').replace('//', `//x-access-token:${token}@`);

test('a private repository is cloned with a token only', async () => {
  const { playground, dir } = running;
  await expect(git(dir, 'clone', playground.gitUrl('acme/widgets'), 'none')).rejects.toThrow();
  await expect(git(dir, 'clone', urlWith('ghs_wrong'), 'wrong')).rejects.toThrow();
  const stranger = await playground.userToken('sam');
  await expect(git(dir, 'clone', urlWith(stranger), 'sam')).rejects.toThrow(/not found/);
  const token = await playground.userToken('rob');
  await git(dir, 'clone', urlWith(token), 'rob');
  expect(await readFile(join(dir, 'rob/README.md'), 'utf8')).toBe('# Widgets\n');
});

test('an installation token clones with contents: read, and pushes with write', async () => {
  const { dir, app, seeded } = running;
  const mint = async (permissions: Record<string, string>) =>
    (
      await app.request('POST /app/installations/{installation_id}/access_tokens', {
        installation_id: seeded.installationId,
        repositories: [repo.repo],
        permissions,
      })
    ).data.token;
  await expect(
    git(dir, 'clone', urlWith(await mint({ issues: 'write' })), 'issues'),
  ).rejects.toThrow(/not found/);
  await git(dir, 'clone', '--depth=1', urlWith(await mint({ contents: 'read' })), 'app');
  const work = join(dir, 'app');
  expect(await git(work, 'rev-parse', 'HEAD')).toBe(seeded.commit);
  await expect(git(work, 'push', 'origin', 'HEAD:refs/heads/x')).rejects.toThrow(/403/);
  await git(work, 'push', urlWith(await mint({ contents: 'write' })), 'HEAD:refs/heads/x');
});

test('a person with write pushes; one with read is refused; the pull request follows', async () => {
  const { playground, dir } = running;
  const token = await playground.userToken('mia');
  await git(dir, 'clone', '--depth=1', urlWith(token), 'mia');
  const work = join(dir, 'mia');
  await git(work, 'switch', '-c', 'feat/c');
  await writeFile(join(work, 'c.bin'), Buffer.alloc(6 * 1024 * 1024, 'a larger push'));
  await git(work, 'add', '.');
  await git(work, 'commit', '-m', 'Add c');
  await git(work, 'push', 'origin', 'feat/c');
  const mia = await running.user('mia');
  const { data: pull } = await mia.request('POST /repos/{owner}/{repo}/pulls', {
    ...repo,
    title: 'Add c',
    head: 'feat/c',
    base: 'main',
  });
  expect(pull.head.sha).toBe(await git(work, 'rev-parse', 'HEAD'));
  await writeFile(join(work, 'd.txt'), 'd\n');
  await git(work, 'add', '.');
  await git(work, 'commit', '-m', 'Add d');
  await git(work, 'push', 'origin', 'feat/c');
  const head = await git(work, 'rev-parse', 'HEAD');
  const at = { ...repo, pull_number: pull.number };
  const after = await mia.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', at);
  expect(after.data).toMatchObject({ commits: 2, changed_files: 2, head: { sha: head } });
  expect(await git(work, 'ls-remote', 'origin', `refs/pull/${pull.number}/head`)).toContain(head);
  const reader = urlWith(await playground.userToken('rob'));
  await expect(git(work, 'push', reader, 'HEAD:refs/heads/y')).rejects.toThrow(/403|denied/);
  await expect(git(work, 'push', 'origin', 'HEAD:refs/pull/9/head')).rejects.toThrow(/hidden/);
});
