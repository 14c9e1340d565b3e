import type { OutletParts } from '../../services/keep-outlet.ts';
import type { Fenced } from './fence-tag.ts';

/** Endpoints and proxy as one. Both are asked for at once: each takes about a minute. */
export function outletParts(endpoints: Fenced, proxy: Fenced): OutletParts {
  return {
    make: async (fence) => {
      const [reached, way] = await Promise.all([endpoints.make(fence), proxy.make(fence)]);
      const { address } = way;
      return reached.there && way.there && address !== undefined ? { address } : {};
    },
    remove: outletRemoval(endpoints.remove, proxy.remove),
  };
}

/** The removal of both as one. */
export function outletRemoval(...removals: readonly Fenced['remove'][]): OutletParts['remove'] {
  return async (fence) => {
    const removed = await Promise.all(removals.map((remove) => remove(fence)));
    return { gone: removed.every(({ gone }) => gone) };
  };
}
