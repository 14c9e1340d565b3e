import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, packages } from './programs.ts';

/** Installs what is missing. Their own install scripts are not run: the platform's binaries need none. */
export function installPrograms(): void {
  const missing = Object.entries(packages).filter(([name, version]) => installed(name) !== version);
  if (missing.length === 0) return;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{"private":true}\n');
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  execFileSync('npm', ['install', '--prefer-offline', ...options, ...wanted], {
    cwd: cache,
    stdio: 'inherit',
  });
}

function installed(name: string): string | undefined {
  try {
    const text = readFileSync(join(cache, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
