import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type EngineName, engines } from '../../../lib/domain/engine.ts';
import { findPrograms } from '../../../lib/local/sandbox/engine-programs.ts';
import type { SandboxOptions } from '../../../lib/local/sandbox/options.ts';
import type { Rig } from '../../local/sandbox/rig.ts';
import { asHarness } from './probes.ts';

const names = ['claude-code', 'codex', 'opencode'] as const;

/** A folder with a program for each engine, as npm puts them, that says its own name. */
export function npmFolder(folder: string): void {
  for (const name of names) {
    const found = {
      platform: process.platform,
      arch: process.arch,
      target: 'x86_64-unknown-linux-musl',
    };
    const binary = engines[name].program?.binary.replace(
      /\{(\w+)\}/g,
      (_, key: keyof typeof found) => found[key],
    );
    programAt(join(folder, binary ?? ''), name);
    // A package's own program of that name, as its install script makes it.
    const { package: pack = '', name: called = '' } = engines[name].program ?? {};
    programAt(join(folder, pack, 'bin', called), name);
  }
}

function programAt(path: string, name: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho ${name} ran\n`);
  chmodSync(path, 0o755);
}

/** A machine that has every engine twice: on its PATH and by npm. */
export function engineMachine() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'engines-')));
  const [bin, npm] = [join(root, 'bin'), join(root, 'node_modules/.cache/npm/node_modules')];
  for (const name of names) programAt(join(bin, engines[name].program?.name ?? ''), name);
  npmFolder(npm);
  return {
    /** Sandboxes of a stage that the engine plays, whose program is npm's. */
    optionsFor: (played: EngineName): Pick<SandboxOptions, 'engines' | 'hostEnv'> => ({
      engines: { programs: findPrograms({ path: '', nodeModules: [npm] }), of: () => played },
      hostEnv: { PATH: `${bin}:${process.env.PATH}`, HOME: process.env.HOME ?? '' },
    }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const called = names.map((name) => `-name ${engines[name].program?.name}`).join(' -o ');
const start = `sh -c 'for f; do "$f" 2>&1 | head -n 1; done' sh {} +`;
const files = `\\( ${called} \\) -type f -perm -u+x -size +0`;
const look = `find / \\( -path /proc -o -path /sys \\) -prune -o ${files} -exec ${start} 2>/dev/null`;

/** A script in the harness's place, whose tools start every engine's program in all folders, and what they were given. */
export const looksForEngines = asHarness(`
  seen.ran = [...new Set(tool(${JSON.stringify(look)}).split('\\n').filter(Boolean))].sort();
  const given = Object.entries(JSON.parse(process.env.ENTROPY_ENGINES ?? '{}'));
  seen.given = Object.fromEntries(given.map(([name, path]) => [name, tool('"' + path + '"')]));
`);

/** What the tools of a rig with that script came to see; the rig is gone then. */
export async function seenIn(rig: Rig): Promise<unknown> {
  const gateway = createServer((_, response) => response.end('gateway'));
  try {
    await new Promise<void>((done) => gateway.listen(rig.options.gateway.socketPath, done));
    const { detail } = await rig.run();
    if (detail !== 'exit code 0') throw new Error(`${detail}: ${rig.output()}`);
    return JSON.parse(rig.output().trim().split('\n').at(-1) ?? '');
  } finally {
    gateway.close();
    await rig.remove();
  }
}
