import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { RoleName } from '../domain/stage.ts';
import type { Entry } from './entry.ts';
import type { LedgerRetention } from './ledger-bucket.ts';
import type { CpuArchitecture, SandboxImage } from './sandbox-image.ts';
import type { TaskSize } from './sandbox-roles.ts';

/** How far a sandbox reaches: the tiers of egress. */
export type EgressTier = 'dns' | 'proxied';

/** All that is decided about one deployment. */
export interface Deployment {
  /** Sets it apart from others in the account: part of the names of parameters and task definitions. */
  readonly name: string;
  readonly tier: EgressTier;
  /**
   * Hosts that sandboxes may reach beside the gateway: package registries that set-up needs. Exact names; the
   * gateway and what the platform needs are always among them.
   */
  readonly allow: readonly string[];
  /** Tier `dns` takes private repositories too, whose code a sandbox could then send to any address. */
  readonly acceptPrivate: boolean;
  /** Most hours that endpoints and proxy of tier `proxied` may stand in a month. */
  readonly proxyHours: number;
  /** Runs walked at the same time. */
  readonly capacity: number;
  /** Sandboxes run on Spot: about a third of the price, and a stage may have to start over. */
  readonly spot: boolean;
  readonly retention: LedgerRetention;
  /** Who may change the ledger bucket's settings, ARNs with wildcards; the deploying role where none are named. */
  readonly ledgerAdministrators?: readonly string[];
  /** Table and ledger outlive the stack, and neither it nor they can be deleted by mistake. */
  readonly keepData: boolean;
  readonly architecture: CpuArchitecture;
  /** Sizes of sandboxes, where they are others than `sandbox-roles.ts` has. */
  readonly sizes?: Readonly<Partial<Record<RoleName, TaskSize>>>;
  /** Made in the stack that runs it. */
  readonly image: (scope: Construct) => SandboxImage;
  /** Where an entry's code comes from: bundled, or a stand-in where only the template is wanted. */
  readonly code: (entry: Entry) => Code;
  readonly githubApi: string;
  /** Number of the GitHub App; known after `entropy init`. */
  readonly appId?: string;
  /** Repositories to look at for what no delivery told; all that the App has where none are named. */
  readonly repositories?: readonly string[];
  /** What runs are done with, as JSON. */
  readonly runSettings?: string;
  /** Whole minutes between two calls by the clock. */
  readonly minutes: { readonly sweep: number; readonly dispatch: number };
  /** Whether functions set aside their share of the account's concurrency. */
  readonly reserved: boolean;
  /** Gets a mail for each alarm. */
  readonly email?: string;
  readonly monthlyDollars: number;
  /** The budget counts what carries the deployment's tag alone, which must be activated for cost allocation. */
  readonly budgetByTag: boolean;
  /** The gateway as sandboxes reach it, where that is not its own address: an emulator's, from a container. */
  readonly gatewayUrl?: string;
}

/** The tag on everything of a deployment. */
export const deploymentTag = 'entropy';
