import type { EngineName } from '../../domain/engine.ts';
import type { Engine } from './engine.ts';

/** Loads the engine of that name: each is a file of `adapters` that exports `engine`. */
export async function loadEngine(name: EngineName): Promise<Engine> {
  // A path that bundlers can read: they take in every file that it may name.
  const found = (await import(`./adapters/${name}.ts`)) as { readonly engine: Engine };
  return found.engine;
}
