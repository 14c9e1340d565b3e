import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { desk } from '../../bin/command-line.ts';

/** What a command needs to find the emulator: as its root, or with a role's session. */
function awsNames(): Record<string, string> {
  const names = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
  return Object.fromEntries(names) as Record<string, string>;
}

/** A user's machine whose runs are those of a deployment; `env` is beside what finds the emulator. */
export function deskAt(deployment: string) {
  const at = desk();
  const place = { ENTROPY_PLACE: 'aws', ENTROPY_DEPLOYMENT: deployment };
  return {
    ...at,
    entropy: (args: readonly string[], env: Record<string, string> = {}) =>
      at.entropy(args, { ...awsNames(), ...place, ...env }),
    start: (args: readonly string[], env: Record<string, string> = {}) =>
      at.start(args, { ...awsNames(), ...place, ...env }),
  };
}

/** Credentials of a session of a role, for a command's environment. */
export async function sessionFor(RoleArn: string): Promise<Record<string, string>> {
  const asked = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'somebody' });
  const { Credentials } = await new STSClient({}).send(asked);
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
  };
}
