import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineNames, engines, notInstalled } from '../../domain/engine.ts';
import { doubtful, type Finding, good } from '../../domain/finding.ts';

/**
 * The engines that are programs of their own, with their versions. One that is missing is nothing wrong: it is
 * only there for those who want it. `programs`: their paths by the engine's name.
 */
export async function inspectEngines(
  programs: Readonly<Record<string, string>>,
): Promise<readonly Finding[]> {
  const named = engineNames.filter((name) => engines[name].program !== undefined);
  const findings: Finding[] = [];
  // One after the other: each of them is a few hundred megabytes.
  for (const name of named) {
    const path = programs[name];
    const title = `engine ${name}`;
    if (path === undefined) findings.push(good(title, `not installed (${notInstalled(name)})`));
    else findings.push(await versionOf(title, path));
  }
  return findings;
}

async function versionOf(title: string, path: string): Promise<Finding> {
  // They write settings where they start; nothing of the user's is to be touched or read.
  const home = await mkdtemp(join(tmpdir(), 'entropy-engine-'));
  try {
    const env = { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: home, DISABLE_AUTOUPDATER: '1' };
    const options = { timeout: 60_000, env, cwd: home };
    const { stdout } = await promisify(execFile)(path, ['--version'], options);
    return good(title, `${stdout.trim().split('\n')[0]} (${path})`);
  } catch (error) {
    const why = (error as Error).message.split('\n')[0] ?? '';
    return doubtful(title, `${path} does not tell its version: ${why}`, 'install it anew');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
