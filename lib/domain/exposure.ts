/**
 * Whose code may be in a sandbox that reaches as far as those of this place: `public` where it could carry out what it
 * reads, `any` where it can't, or where the operator says so.
 */
export type Exposure = 'public' | 'any';

/** Why a repository's code is not let into sandboxes here, with what would change that; undefined where it is. */
export function whyExposed(exposure: Exposure, isPrivate: boolean): string | undefined {
  if (exposure === 'any' || !isPrivate) return undefined;
  return 'the repository is private, and sandboxes here can connect to any address (tier dns): deploy with -c tier=proxied, or accept it with -c acceptPrivate=true';
}
