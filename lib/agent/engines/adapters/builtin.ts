import { performRole } from '../../perform-role.ts';
import type { Engine } from '../engine.ts';

/** Our own loop over the gateway's model calls: see `loop.ts`. */
export const engine: Engine = {
  async perform(work) {
    const { servers = {} } = work.engine;
    if (Object.keys(servers).length === 0) return performRole(work);
    const { servedTools } = await import('../../mcp/served-tools.ts');
    return performRole({ ...work, served: await servedTools(servers, work.place, work.tell) });
  },
};
