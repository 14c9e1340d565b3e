/**
 * Every variable of the environment that the functions and the sandboxes of an account read. The stack sets
 * them by these names and what composes a function reads them by the same; none holds a secret, only where
 * one is kept. This file imports nothing, so that the stack can import it.
 */
export const environmentNames = {
  /** The one table's name. */
  table: 'ENTROPY_TABLE_NAME',
  /** Bucket with the ledger's write-once objects. */
  ledgerBucket: 'ENTROPY_LEDGER_BUCKET',
  /** ARN of the lifecycle's state machine. */
  stateMachine: 'ENTROPY_STATE_MACHINE_ARN',
  /** SHA-256 of the lifecycle's definition, as a run keeps it. */
  definition: 'ENTROPY_DEFINITION',
  /** ARN of the cluster that sandboxes run in. */
  cluster: 'ENTROPY_CLUSTER_ARN',
  /** Runs walked at the same time. */
  capacity: 'ENTROPY_CAPACITY',
  /** KMS key that signs the ledger's checkpoints. */
  signerKey: 'ENTROPY_SIGNER_KEY_ID',
  /** KMS key that holds the GitHub App's private key. */
  appKey: 'ENTROPY_APP_KEY_ID',
  /** Number of the GitHub App. */
  appId: 'ENTROPY_APP_ID',
  /** Base URL of GitHub's API. */
  githubApi: 'ENTROPY_GITHUB_API',
  /** Function that gives tokens: the one that may be asked by who reads this. */
  mintFunction: 'ENTROPY_MINT_FUNCTION',
  /** The most that a minting function grants: `read` or `write`. */
  mintCeiling: 'ENTROPY_MINT_CEILING',
  /** URL of the queue that keeps what was given up. */
  failuresQueue: 'ENTROPY_FAILURES_QUEUE_URL',
  /** ARN of the one entrance to the publisher's function that may be used by who reads this. */
  publisherEntrance: 'ENTROPY_PUBLISHER_ENTRANCE',
  /** SSM parameter with the webhook's secret. */
  webhookSecret: 'ENTROPY_WEBHOOK_SECRET_PARAMETER',
  /** SSM parameter with the secret before, while it is being changed; there may be none. */
  webhookSecretPrevious: 'ENTROPY_WEBHOOK_SECRET_PREVIOUS_PARAMETER',
  /** SSM parameter with the key for Anthropic's models. */
  anthropicKey: 'ENTROPY_ANTHROPIC_KEY_PARAMETER',
  /** SSM parameter with the key for OpenAI's models. */
  openaiKey: 'ENTROPY_OPENAI_KEY_PARAMETER',
  /** SSM parameter with the key for a server of `openai-compatible`. */
  compatibleKey: 'ENTROPY_COMPATIBLE_KEY_PARAMETER',
  /** What runs are done with, as JSON: model, models by role, budget. */
  runSettings: 'ENTROPY_RUN_SETTINGS',
  /** Repositories to look at for what no delivery told, separated by commas; all that the App has where unset. */
  repositories: 'ENTROPY_REPOSITORIES',
  /** Where endpoints and proxy of tier `proxied` belong, and how long they may stand in a month, as JSON; unset in the other tier. */
  outlet: 'ENTROPY_OUTLET',
  /** `proxied`: sandboxes reach the world by a proxy alone; else they have a way of their own. */
  egressTier: 'ENTROPY_EGRESS_TIER',
  /** `public`: runs on private repositories are refused; `any`. */
  exposure: 'ENTROPY_EXPOSURE',
  /** Base URL of the gateway as sandboxes reach it. */
  gateway: 'ENTROPY_GATEWAY',
  /** `open`: set-up reaches registries directly; `gateway`: through the gateway. */
  egress: 'ENTROPY_EGRESS',
  /** Where the repository stands in the sandbox. */
  workspace: 'ENTROPY_WORKSPACE',
} as const;

/** Name of a variable of the environment. */
export type EnvironmentName = (typeof environmentNames)[keyof typeof environmentNames];
