import type { EngineName } from '../domain/engine.ts';

/** What only some stages need: the others start without it. */
export const stageParts = {
  engine: async (name: EngineName = 'builtin') =>
    (await import('./engines/registry.ts')).loadEngine(name),
  checks: () => import('./prepare-checks.ts'),
  rewrite: () => import('./rewrite/perform-rewrite.ts'),
  verify: () => import('./verify-stage.ts'),
};
