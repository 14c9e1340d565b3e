import type { Usage } from '../../domain/budget.ts';
import type { RoleName } from '../../domain/stage.ts';
import type { FunctionName } from '../entry.ts';

/** Calls of a function, and how long each takes, in seconds. */
export interface Calls {
  readonly count: number;
  readonly seconds: number;
}

/**
 * One typical issue: read, written in one round, proven, reviewed, merged. These are assumptions, not
 * measurements; each stands here so that it can be seen and changed.
 */
export const workload = {
  /** Minutes that each stage's container works. */
  minutes: { 'issue-reader': 3, coder: 12, verifier: 5, reviewer: 4 } satisfies Record<
    RoleName,
    number
  >,
  /** Seconds of a container that are paid beside: pulling the image, stopping. */
  pullSeconds: 20,
  /** Part of a model's stage in which the gateway waits for the model. */
  modelShare: 0.6,
  /** States that are passed on the way; those inside a stage are counted from the definition. */
  path: [
    ...['Admit', 'Admitted', 'ReadIssue', 'Readable', 'WriteCode', 'Verify', 'Proven', 'Publish'],
    ...['Reviewed', 'Review', 'PostReview', 'Approved', 'FollowBase', 'Followed', 'Decide'],
    ...['Settle', 'Ended'],
  ],
  /** Beside the model's answers, which the gateway streams for as long as `modelShare` says. */
  calls: {
    webhook: { count: 5, seconds: 0.1 },
    dispatch: { count: 5, seconds: 1 },
    lifecycle: { count: 10, seconds: 4 },
    'close-stage': { count: 4, seconds: 1 },
    // Heartbeats, events, input, results, clones.
    gateway: { count: 250, seconds: 0.15 },
    'mint-read': { count: 10, seconds: 0.6 },
    'mint-write': { count: 15, seconds: 0.6 },
    'ledger-writer': { count: 60, seconds: 0.4 },
    sweep: { count: 0, seconds: 0 },
  } satisfies Record<FunctionName, Calls>,
  modelCalls: 60,
  tokens: {
    input: 60_000,
    cacheRead: 1_600_000,
    cacheWrite: 180_000,
    output: 30_000,
  } satisfies Usage,
  /** Units: a transaction's write counts twice. */
  table: { writes: 1_500, reads: 2_500, mb: 2 },
  ledger: { puts: 350, gets: 100, mb: 3, months: 13 },
  /** Of functions and transitions half a megabyte, of each sandbox a quarter. */
  logs: { mb: 1.5, flowMb: 1 },
  /** Clones and registries come in for nothing; prompts go out, and answers are streamed to the sandbox. */
  traffic: { outMb: 10, streamedMb: 60, dnsQueries: 300 },
  signatures: { app: 25, ledger: 2 },
  traces: 100,
  /** Compressed; the ones before are kept for runs in flight. */
  image: { gb: 0.15, kept: 2 },
  /** Of runs, those that end merged. */
  mergedShare: 0.6,
} as const;

/** One call by the clock while nothing is to be done. */
export const idleCall = { seconds: 0.4, reads: 12 } as const;

/** What tier `proxied` has beside while runs do: our own code makes and removes it. */
export const proxy = {
  /** `ecr.api`, `ecr.dkr` and `logs`, in one zone. */
  endpoints: 3,
  task: { cpu: 256, memory: 512 },
  /** Minutes for which they stay after the last run. */
  lingerMinutes: 10,
} as const;
