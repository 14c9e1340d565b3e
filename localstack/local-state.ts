import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outputs } from './deploy.ts';

/** What stands on this machine, as `up` left it. */
export interface LocalState {
  readonly endpoint: string;
  /** Processes of ours that go on after `up`; none of them with compose, or of an endpoint that was given. */
  readonly pids: { readonly emulator?: number; readonly github?: number };
  readonly compose?: boolean;
  readonly github?: string;
  readonly outputs?: Outputs;
}

/** Everything of `local:up` is in here, out of version control. */
export const localFolder = fileURLToPath(new URL('../.entropy/local/', import.meta.url));
/** The playground's repositories and its control file. */
export const githubFolder = join(localFolder, 'github');
/** The App's key, until it is in KMS. */
export const appKeyFile = join(localFolder, 'app-key.pem');
/** Its public half, by which the playground knows the App. */
export const appPublicKeyFile = join(localFolder, 'app-key.pub.pem');

const stateFile = join(localFolder, 'state.json');

/** What `up` left; undefined where nothing is up. */
export function readState(): LocalState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes down what stands so far, so that `down` finds all of it. */
export function writeState(state: LocalState): LocalState {
  mkdirSync(localFolder, { recursive: true });
  writeFileSync(stateFile, `${JSON.stringify(state, null, 2)}\n`);
  return state;
}

/** Forgets what stood. */
export function removeState(): void {
  rmSync(stateFile, { force: true });
}
