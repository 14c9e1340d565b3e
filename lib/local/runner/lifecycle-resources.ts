import { NotFound } from '../../domain/errors.ts';
import type { Ports, RunnerPorts } from '../../domain/ports.ts';
import { issueKeyOf } from '../../domain/run.ts';
import type { RoleName, StageAttempt } from '../../domain/stage.ts';
import { steps } from '../../services/lifecycle/steps.ts';

/** How often a running stage looks whether its run, or all work, was asked to stop, in milliseconds. */
const cancelPollMs = 500;

/** Placeholders of the definition; here each stands for itself. */
export const substitutions: Record<string, string> = Object.fromEntries(
  [
    ...Object.keys(steps),
    ...['Cluster', 'ReaderTask', 'CoderTask', 'VerifierTask', 'ReviewerTask'],
    ...['Capacity', 'SubnetA', 'SubnetB', 'SecurityGroup', 'AssignPublicIp'],
  ].map((name) => [name, name]),
);

/** What the walker calls for `lambda:invoke`. */
export async function invoke(ports: Ports, name: string, payload: unknown): Promise<unknown> {
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (step === undefined) throw new NotFound(`the lifecycle names no function ${name}`);
  return step(ports, payload as never);
}

interface RunTaskParameters {
  readonly Overrides: {
    readonly ContainerOverrides: readonly {
      readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
    }[];
  };
}

/** What the walker calls for `ecs:runTask.sync`: one sandbox, ended early where the run is cancelled. */
export async function runTask(ports: RunnerPorts, parameters: unknown, signal: AbortSignal) {
  const [container] = (parameters as RunTaskParameters).Overrides.ContainerOverrides;
  const values = new Map(container?.Environment.map(({ Name, Value }) => [Name, Value]));
  const value = (name: string) => values.get(name) ?? '';
  const attempt: StageAttempt = {
    run: value('ENTROPY_RUN'),
    role: value('ENTROPY_ROLE') as RoleName,
    round: Number(value('ENTROPY_ROUND')),
    attempt: Number(value('ENTROPY_ATTEMPT')),
  };
  const cancelled = new AbortController();
  // A look that fails is made again soon; the heartbeat tells the sandbox as well.
  const look = () => abortIfCancelled(ports, attempt, cancelled).catch(() => undefined);
  const watch = setInterval(look, cancelPollMs);
  try {
    return await ports.sandboxes.run({
      attempt,
      bootCode: value('ENTROPY_BOOT_CODE'),
      limits: ports.limitsOf(attempt.role),
      signal: AbortSignal.any([signal, cancelled.signal]),
    });
  } finally {
    clearInterval(watch);
  }
}

async function abortIfCancelled(ports: Ports, stage: StageAttempt, controller: AbortController) {
  const run = await ports.runs.get(stage.run);
  if (run === undefined) return;
  const claim = await ports.claims.get(issueKeyOf(run.repository, run.issue));
  const stopped = claim?.owner !== stage.run || claim.cancelAt !== undefined;
  if (stopped || (await ports.pauses.get()) !== undefined) controller.abort();
}
