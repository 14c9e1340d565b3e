import type { Probed } from '../probe-tools.ts';

/** Tries one thing, and says whether it is as on AWS. */
export type Probe = (on: Probed) => Promise<boolean>;
