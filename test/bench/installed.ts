import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Installs a peer from npm into a folder of its own, without its scripts; gives the folder. */
export function installed(folder: string, name: string, say: (line: string) => void): string {
  say(`installing ${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', ...quiet, name], { cwd: folder, stdio: ['ignore', 2, 2] });
  return folder;
}
