import { workload } from './workload.ts';

/** Seconds from one thing to the next, functions started cold. Assumptions, as those of the workload. */
const seconds = {
  delivery: 1,
  webhook: 0.8,
  stream: 0.5,
  dispatch: 2.5,
  start: 0.3,
  admit: 2.5,
  openStage: 1.2,
  /** Capacity, network interface, image. */
  container: 35,
  /** Harness, session, clone. */
  boot: 5,
  closeStage: 1,
  publish: 5,
} as const;

/** Estimates from the label on, in seconds. */
export interface Timing {
  readonly status: number;
  readonly firstModelCall: number;
  readonly pullRequest: number;
}

/** How long it takes until something is to be seen. */
export function timing(): Timing {
  const { delivery, webhook, stream, dispatch, start, admit, openStage } = seconds;
  const status = delivery + webhook + stream + dispatch + start + admit + openStage;
  const firstModelCall = status + seconds.container + seconds.boot;
  const { 'issue-reader': reader, coder, verifier } = workload.minutes;
  const stage = openStage + seconds.container + seconds.closeStage;
  // The first stage was opened before its status was told.
  const stages = (reader + coder + verifier) * 60 + 3 * stage - openStage;
  return { status, firstModelCall, pullRequest: status + stages + seconds.publish };
}
