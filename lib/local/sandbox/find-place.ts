import type { LocalSandboxKind } from '../../domain/run.ts';
import { findBoundary } from './boundary.ts';
import type { DockerSettings } from './docker/engine.ts';
import { findDocker } from './docker/find.ts';
import type { Machine } from './machine.ts';
import type { Place } from './plan.ts';

type Kind = Exclude<LocalSandboxKind, 'process'>;

/** By the settings, which one configuration has one of, then by kind and project. */
const found = new WeakMap<DockerSettings, Map<string, Place>>();

/**
 * What sandboxes of the kind are kept in here, tried out; or why that is not to be had. What worked is not tried out
 * again in this process with the same settings; what did not is looked for anew.
 */
export async function findPlace(
  kind: Kind,
  machine: Machine,
): Promise<Place | { readonly reason: string }> {
  const known = found.get(machine.docker) ?? new Map<string, Place>();
  found.set(machine.docker, known);
  const key = `${kind} ${machine.root}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const place = kind === 'docker' ? await dockerPlace(machine) : await bubblewrapPlace();
  if (!('reason' in place)) known.set(key, place);
  return place;
}

async function dockerPlace(machine: Machine) {
  const docker = await findDocker(machine);
  return 'reason' in docker ? docker : ({ kind: 'docker', docker } as const);
}

async function bubblewrapPlace() {
  const boundary = await findBoundary();
  return 'reason' in boundary ? boundary : ({ kind: 'bubblewrap', boundary } as const);
}
