/** What only some stages need: the others start without it. */
export const stageParts = {
  engine: () => import('./engines/registry.ts'),
  checks: () => import('./prepare-checks.ts'),
  rewrite: () => import('./rewrite/perform-rewrite.ts'),
  verify: () => import('./verify-stage.ts'),
};
