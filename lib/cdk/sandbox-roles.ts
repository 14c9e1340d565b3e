import type { RoleName } from '../domain/stage.ts';

/** Fargate's units: 1024 are one vCPU, memory is in MiB. Not every pair exists. */
export interface TaskSize {
  readonly cpu: number;
  readonly memory: number;
}

/** A role's task, as the lifecycle's placeholders name it. */
export interface SandboxRole {
  readonly role: RoleName;
  readonly placeholder: 'ReaderTask' | 'CoderTask' | 'VerifierTask' | 'ReviewerTask';
  readonly size: TaskSize;
}

/**
 * Every role's task. The reader and the reviewer mostly wait for a model; the coder and the verifier run the
 * repository's own tests.
 */
export const sandboxRoles: readonly SandboxRole[] = [
  { role: 'issue-reader', placeholder: 'ReaderTask', size: { cpu: 512, memory: 1024 } },
  { role: 'coder', placeholder: 'CoderTask', size: { cpu: 1024, memory: 3072 } },
  { role: 'verifier', placeholder: 'VerifierTask', size: { cpu: 1024, memory: 3072 } },
  { role: 'reviewer', placeholder: 'ReviewerTask', size: { cpu: 512, memory: 2048 } },
];
