import { performRole } from '../../perform-role.ts';
import type { Engine } from '../engine.ts';

/** Our own loop over the gateway's model calls: see `loop.ts`. */
export const engine: Engine = { perform: performRole };
