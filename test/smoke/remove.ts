import type { Account } from '../../lib/aws/compose-account.ts';
import { type DeployedStack, findStack } from '../../lib/aws/deployed-stack.ts';
import { removeParameters } from '../../lib/aws/deployment-settings.ts';
import { emptyBucket } from '../../lib/aws/empty-bucket.ts';
import {
  deregisterTasks,
  secretParameters,
  takeDown,
  taskFamilies,
} from '../../lib/aws/take-down.ts';

/** What removing works on. */
export type RemovedFrom = Pick<
  Account,
  'deployment' | 'stackName' | 'stacks' | 's3' | 'ecs' | 'ssm'
>;

/** What is still there: what was kept, a line each, and why all else that could not be removed was not. */
export interface Left {
  readonly kept: readonly string[];
  readonly faults: readonly Error[];
}

/**
 * Removes a deployment that keeps no data as `entropy destroy` does, whatever state it is in. Each part is tried
 * whatever became of the others. Gives what is still there. Never throws. `pollMs`: between two looks.
 */
export async function removeDeployment(
  account: RemovedFrom,
  say: (line: string) => void,
  pollMs = 5_000,
): Promise<Left> {
  const { deployment, stackName, stacks, s3, ecs, ssm } = account;
  const kept: string[] = [];
  const faults: Error[] = [];
  const tried = async (what: string, work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => faults.push(new Error(`${what}: ${String(error)}`)));
  };
  let stack: DeployedStack | undefined;
  await tried(stackName, async () => {
    stack = await findStack(stacks, stackName);
  });
  const outputs = stack?.outputs ?? new Map<string, string>();
  // The model's key first: it is what must not stay, whatever hinders the rest.
  const secrets = secretParameters({ outputs });
  if (secrets.length > 0) await tried('secrets in SSM', () => removeParameters(ssm, secrets));
  const logs = outputs.get('LogBucket');
  if (logs !== undefined) await tried(`the bucket ${logs}`, () => emptyBucket(s3, logs));
  const { id } = stack ?? {};
  if (id !== undefined) {
    await tried(stackName, async () => {
      const outlive = await takeDown({ client: stacks, stack: id, log: say, pollMs });
      kept.push(...outlive.map(({ type, id }) => `${type} ${id}`));
    });
  }
  await tried('task definitions', () => deregisterTasks(ecs, taskFamilies(deployment)));
  return { kept, faults };
}

/**
 * Does the work, and removes what it made, whatever became of it. Says what is left. Throws what the work threw; where
 * it threw nothing, the first fault of the removal.
 */
export async function thenRemoved(
  work: () => Promise<void>,
  remove: () => Promise<Left>,
  say: (line: string) => void,
): Promise<void> {
  let faults: readonly Error[] = [];
  try {
    await work();
  } finally {
    const left = await remove();
    faults = left.faults;
    for (const line of left.kept) say(`kept: ${line}`);
    for (const { message } of faults) say(`not removed: ${message}`);
  }
  if (faults.length > 0) throw faults[0];
}
