import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LocalSandboxKind } from '../../domain/run.ts';
import { findPlace } from './find-place.ts';
import type { Machine } from './machine.ts';

/** Whether a kind of sandbox works; why, for a person. */
export interface Probe {
  readonly works: boolean;
  readonly reason: string;
}

/**
 * Starts a sandbox of the kind and says whether that works. `reason` is for a person: what is missing and
 * how to mend it, or what the kind does and doesn't keep apart.
 */
export async function probeSandbox(kind: LocalSandboxKind, machine: Machine): Promise<Probe> {
  if (kind === 'process') return await probeProcess();
  const place = await findPlace(kind, machine);
  if ('reason' in place) return { works: false, reason: place.reason };
  if (kind === 'docker') {
    return {
      works: true,
      reason: `docker: a container of ${machine.docker.image} without network, tools as a user of their own`,
    };
  }
  const apart = 'no network but the gateway, own files, processes and user';
  return { works: true, reason: `bubblewrap: ${apart}` };
}

async function probeProcess(): Promise<Probe> {
  try {
    await promisify(execFile)('/bin/sh', ['-c', 'true'], { timeout: 20_000, env: {} });
  } catch (error) {
    return { works: false, reason: `no shell to start it with: ${(error as Error).message}` };
  }
  return {
    works: true,
    reason:
      'process: limits and an own environment, but no boundary; what runs in it has the rights of this user',
  };
}
