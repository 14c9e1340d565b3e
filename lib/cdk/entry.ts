/** Files in `lambdas/` that a function runs. */
export type Entry = Exclude<FunctionName, 'mint-read' | 'mint-write'> | 'mint';

/** The functions. As few as what they may do allows. */
export type FunctionName =
  | 'webhook'
  | 'dispatch'
  | 'lifecycle'
  | 'close-stage'
  | 'gateway'
  | 'mint-read'
  | 'mint-write'
  | 'ledger-writer'
  | 'sweep';

/** How a function is made. */
export interface FunctionShape {
  readonly entry: Entry;
  readonly description: string;
  /** MB; processor time comes with it. */
  readonly memory: number;
  readonly seconds: number;
  /** Executions kept free for it, and its limit, where the deployment reserves any. */
  readonly reserve: number;
}

/** The shape of every function. */
export const functionShapes: Readonly<Record<FunctionName, FunctionShape>> = {
  webhook: {
    entry: 'webhook',
    description: 'Checks the signature of a delivery and stores it before it answers',
    memory: 512,
    // GitHub waits for 10 s.
    seconds: 9,
    reserve: 10,
  },
  dispatch: {
    entry: 'dispatch',
    description: 'Turns deliveries into runs and starts runs while there are slots',
    memory: 512,
    // In tier `proxied` it waits for endpoints and proxy.
    seconds: 240,
    reserve: 2,
  },
  lifecycle: {
    entry: 'lifecycle',
    description:
      'The steps of a run that speak to GitHub; as the publisher the only one that writes there',
    memory: 512,
    // FollowBase, the longest, has as much in the lifecycle.
    seconds: 900,
    reserve: 20,
  },
  'close-stage': {
    entry: 'close-stage',
    description: 'Judges a stage by the handoff it left',
    memory: 256,
    seconds: 115,
    reserve: 20,
  },
  gateway: {
    entry: 'gateway',
    description: 'The one service that a sandbox can talk to',
    memory: 256,
    seconds: 900,
    reserve: 80,
  },
  'mint-read': {
    entry: 'mint',
    description: 'Signs as the GitHub App; gives tokens that read one repository',
    memory: 256,
    seconds: 20,
    reserve: 20,
  },
  'mint-write': {
    entry: 'mint',
    description: 'Signs as the GitHub App; gives the publisher tokens for one effect',
    memory: 256,
    seconds: 20,
    reserve: 10,
  },
  'ledger-writer': {
    entry: 'ledger-writer',
    description: "Copies events from the table's stream to the ledger's bucket",
    memory: 256,
    seconds: 60,
    reserve: 5,
  },
  sweep: {
    entry: 'sweep',
    description:
      'Finishes what was left half done: orphans, leases, runs, deliveries that never came',
    memory: 256,
    seconds: 240,
    reserve: 1,
  },
};

/** Every function's name. */
export const functionNames = Object.keys(functionShapes) as readonly FunctionName[];
