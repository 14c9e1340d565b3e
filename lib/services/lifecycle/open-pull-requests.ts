import type { Forge } from '../../domain/forge.ts';
import { type Policy, policyPath } from '../../domain/policy.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';

/**
 * Why one more pull request would be too many, or undefined. Runs that began before this one and have none yet
 * count as well, so that many which begin at once do not all come through.
 */
export async function overCap(
  ports: Pick<Ports, 'runs'>,
  forge: Forge,
  run: Run,
  policy: Policy,
): Promise<string | undefined> {
  if (run.repository.forge === 'local') return undefined;
  const cap = policy.pullRequests.open;
  const own = [branchOf(run), ...(run.pass ? [branchOf({ ...run, id: run.pass.run })] : [])];
  const open = (await forge.openAgentPullRequests()).filter(({ branch }) => !own.includes(branch));
  const coming = await runsBefore(ports, run);
  if (open.length + coming < cap) return undefined;
  const listed = open.slice(0, 10).map(({ number }) => `#${number}`);
  const soon = coming > 0 ? [`${coming} on the way`] : [];
  return `open pull requests of agents: ${[...listed, ...soon].join(', ')}; ${policyPath} allows ${cap} (pullRequests.open): merge or close one, then ask again`;
}

async function runsBefore(ports: Pick<Ports, 'runs'>, run: Run): Promise<number> {
  const running = await ports.runs.list({ status: ['running'] });
  const place = ({ startedAt = 0, id }: Run) => `${String(startedAt).padStart(16, '0')} ${id}`;
  return running.filter(
    (other) =>
      other.repository.name === run.repository.name &&
      other.repository.forge === run.repository.forge &&
      other.pullRequest === undefined &&
      place(other) < place(run),
  ).length;
}
