import type { Ports } from '../../domain/ports.ts';
import { admit } from './admit.ts';
import { closeStage } from './close-stage.ts';
import { followBase } from './follow-base.ts';
import { openStage } from './open-stage.ts';
import { decide, postReview, publish } from './publish.ts';
import { type SettleInput, settle } from './settle.ts';

/** A step of the lifecycle: what the definition calls by `lambda:invoke`. */
export type Step = (ports: Ports, payload: never) => Promise<unknown>;

/** The steps by the names that the definition's placeholders have. */
export const steps: Readonly<Record<string, Step>> = {
  Admit: admit,
  OpenStage: openStage,
  CloseStage: closeStage,
  Publish: publish,
  PostReview: postReview,
  FollowBase: followBase,
  Decide: decide,
  Settle: (ports, input: SettleInput) => settle(ports, input),
  SettleQuietly: (ports, input: SettleInput) => settle(ports, { ...input, quiet: true }),
};
