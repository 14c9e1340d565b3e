import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from '../storage-errors.ts';
import { type LoadedDefinition, loadDefinition } from '../walker/definition.ts';
import { writeOnce } from '../write-once.ts';
import { substitutions } from './lifecycle-resources.ts';

/** The lifecycle's definitions: the present one, and those that unfinished runs began with. */
export interface Definitions {
  readonly present: LoadedDefinition;
  /** The definition of that digest, or undefined where it was never walked in this data folder. */
  of(digest: string): LoadedDefinition | undefined;
}

/**
 * Keeps the present definition in the data folder under its digest, so that a run is walked by the one it
 * began with also after an upgrade. Throws `ConfigInvalid`, `StorageFailed`.
 */
export async function openDefinitions(dataDir: string, text: string): Promise<Definitions> {
  const present = loadDefinition(text, substitutions);
  const fileOf = (digest: string) => join(dataDir, 'definitions', `${digest}.asl.json`);
  const file = fileOf(present.digest);
  await onDisk(file, () => writeOnce(join(dataDir, 'definitions'), file, text));
  return {
    present,
    of: (digest) => {
      if (digest === present.digest) return present;
      const kept = fileOf(digest);
      if (!/^[0-9a-f]{64}$/.test(digest) || !existsSync(kept)) return undefined;
      return loadDefinition(readFileSync(kept, 'utf8'), substitutions);
    },
  };
}
