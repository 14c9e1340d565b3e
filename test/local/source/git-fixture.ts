import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const identity = ['-c', 'user.name=A Person', '-c', 'user.email=person@example.org'];

/** Runs git in a folder and gives its trimmed output. */
export function inRepository(folder: string, ...args: string[]): string {
  const all = ['-C', folder, ...identity, ...args];
  return execFileSync('git', all, { encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** A fresh folder of its own. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'entropy-test-'));
}

/** A repository with one commit on `main` that holds the given files. */
export function repositoryOf(files: Record<string, string | Buffer>, ...init: string[]): string {
  const folder = freshFolder();
  inRepository(folder, 'init', '-q', '-b', 'main', ...init);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  inRepository(folder, 'add', '-A');
  inRepository(folder, 'commit', '-q', '-m', 'first');
  return folder;
}
