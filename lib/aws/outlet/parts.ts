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
    remove: async (fence) => {
      const removed = await Promise.all([proxy.remove(fence), endpoints.remove(fence)]);
      return { gone: removed.every(({ gone }) => gone) };
    },
  };
}
