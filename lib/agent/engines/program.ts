import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { type EngineName, engines, notInstalled } from '../../domain/engine.ts';
import { ConfigInvalid } from '../../domain/errors.ts';
import type { EngineWork } from './engine.ts';

/** What an engine's program is started by. Throws `ConfigInvalid` where there is none, with how to get it. */
export function programOf(
  name: EngineName,
  work: Pick<EngineWork, 'engine' | 'programs' | 'path'>,
): readonly string[] {
  const { program } = engines[name];
  if (program === undefined) return ['/bin/sh', '-c', work.engine.command ?? 'exit 127'];
  const folders = work.path.split(delimiter).filter(isAbsolute);
  const named = folders.map((folder) => join(folder, program.name));
  const found = [work.programs[name] ?? '', ...named].find(runs);
  if (found === undefined) throw new ConfigInvalid(notInstalled(name));
  return [found];
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}
