import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LocalSandboxKind } from '../../domain/run.ts';
import { findBoundary } from './boundary.ts';

/**
 * Starts a sandbox of the kind and says whether that works. `reason` is for a person: what is missing and
 * how to mend it, or what the kind does and doesn't keep apart.
 */
export async function probeSandbox(
  kind: LocalSandboxKind,
): Promise<{ works: boolean; reason: string }> {
  if (kind === 'process') return await probeProcess();
  const boundary = await findBoundary();
  if ('reason' in boundary) return { works: false, reason: boundary.reason };
  const apart = 'no network but the gateway, own files, processes and user';
  return { works: true, reason: `bubblewrap: ${apart}` };
}

async function probeProcess(): Promise<{ works: boolean; reason: string }> {
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
