import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import type { KeeperOptions, RemoverOptions } from '../services/keep-outlet.ts';
import { callLimits } from './call-limits.ts';
import type { ClientPlace } from './compose-stores.ts';
import { endpointRemoval, interfaceEndpoints } from './outlet/endpoints.ts';
import { outletParts, outletRemoval } from './outlet/parts.ts';
import { proxyRemoval, proxyTask } from './outlet/proxy-task.ts';
import { dynamoOutletStore } from './store/outlet-store.ts';
import type { Table } from './store/table.ts';

/** Far less than a lease of the work: a call that is given up later could do harm. */
const answerMs = 5_000;

/** What keeps endpoints and proxy of tier `proxied`. `place` is what the stack says of where they belong. */
export function composeOutlet(place: string, table: Table, holder: string): KeeperOptions {
  const { deployment, region, hours, endpoints, proxy } = JSON.parse(place);
  return {
    store: dynamoOutletStore(table),
    parts: outletParts(
      interfaceEndpoints(new EC2Client(callLimits(answerMs)), { deployment, region, ...endpoints }),
      proxyTask(new ECSClient(callLimits(answerMs)), { deployment, ...proxy }),
    ),
    ...workerOf(holder),
    capMs: hours * 3_600_000,
  };
}

/** Where endpoints and proxy are, for who removes them for good, by the rights of who calls. */
export interface RemovalPlace {
  readonly vpc: string;
  /** The proxy's, which sandboxes are not in. */
  readonly cluster: string;
}

/** What removes endpoints and proxy before their stack goes. */
export function composeOutletRemoval(
  place: RemovalPlace,
  table: Table,
  { holder, at }: { readonly holder: string; readonly at: ClientPlace },
): RemoverOptions {
  const limits = { ...callLimits(answerMs), ...at };
  const endpoints = endpointRemoval(new EC2Client(limits), place);
  const remove = outletRemoval(endpoints, proxyRemoval(new ECSClient(limits), place));
  return { store: dynamoOutletStore(table), parts: { remove }, ...workerOf(holder) };
}

function workerOf(holder: string) {
  return {
    clock: { now: () => Date.now() },
    wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    holder,
  };
}
