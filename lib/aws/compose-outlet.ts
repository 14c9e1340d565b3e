import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import type { KeeperOptions } from '../services/keep-outlet.ts';
import { callLimits } from './call-limits.ts';
import { interfaceEndpoints } from './outlet/endpoints.ts';
import { outletParts } from './outlet/parts.ts';
import { proxyTask } from './outlet/proxy-task.ts';
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
    clock: { now: () => Date.now() },
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    holder,
    capMs: hours * 3_600_000,
  };
}
