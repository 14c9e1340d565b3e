import type { Account } from '../../lib/aws/compose-account.ts';
import type { DeploymentSettings } from '../../lib/aws/deployment-settings.ts';
import { type Caller, inspectBootstrap } from '../../lib/aws/inspect-account.ts';
import { inspectQuotas } from '../../lib/aws/inspect-quotas.ts';
import { inspectServiceRole } from '../../lib/aws/inspect-service-role.ts';
import { doubtful, type Finding, good, wrong } from '../../lib/domain/finding.ts';
import { runProgram } from './program.ts';

/** Runs at a time where no setting says. */
const usualCapacity = 10;

/** Whether a deployment can be made from here, and will have room. Throws `ConfigInvalid`, `StorageFailed`. */
export async function preflight(
  account: Account,
  caller: Caller,
  settings: DeploymentSettings,
): Promise<readonly Finding[]> {
  const wanted = {
    capacity: Number(settings.capacity ?? usualCapacity),
    spot: settings.spot === 'true',
    reserved: settings.reserveConcurrency === 'true',
  };
  return [
    good('account', `${caller.account}, ${caller.region}, as ${caller.arn}`),
    await inspectBootstrap(account.stacks, caller),
    // An emulator's ECS works without.
    ...(settings.emulator === 'true' ? [] : [await inspectServiceRole(account.iam)]),
    ...(await inspectQuotas(account, wanted)),
    await inspectImage(settings),
    inspectTier(settings),
  ];
}

/** The sandbox's image: one that is named, or this project's own, which Docker builds here. */
async function inspectImage({
  image,
  architecture = 'ARM64',
}: DeploymentSettings): Promise<Finding> {
  const name = 'image';
  if (image !== undefined) return good(name, image);
  const format = '{{.Server.Arch}}';
  const asked = ['docker', 'version', '--format', format];
  const { code, said } = await runProgram(asked, { env: process.env });
  const otherwise = 'or name one that was pushed before: --set image=NAME@sha256:DIGEST';
  if (code !== 0) return wrong(name, 'Docker does not answer', `start it, ${otherwise}`);
  const here = said.trim() === 'arm64' ? 'ARM64' : 'X86_64';
  if (here === architecture) return good(name, `built here, for ${architecture}`);
  const fix = `Docker must be able to emulate it, or: --set architecture=${here}`;
  return doubtful(name, `built for ${architecture} on ${here}`, fix);
}

/** How far sandboxes will reach, and what was never seen of it. */
export function inspectTier({ tier = 'dns' }: DeploymentSettings): Finding {
  if (tier !== 'proxied') return good('egress', 'tier dns, for public repositories');
  const said =
    'tier proxied, for private repositories: endpoints and proxy bill by the hour while runs do';
  const fix = 'try a run first: this tier was never seen on an account, see docs/aws.md';
  return doubtful('egress', said, fix);
}
