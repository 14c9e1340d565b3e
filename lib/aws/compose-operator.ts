import { KMSClient } from '@aws-sdk/client-kms';
import { SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsPlace } from '../config.ts';
import { type Verification, verifyLedger } from '../domain/audit.ts';
import { NotFound } from '../domain/errors.ts';
import { checkOpenIssue } from '../github/caller.ts';
import type { IssueReference } from '../github/issue-reference.ts';
import { callLimits } from './call-limits.ts';
import { composeAccess, composePorts } from './compose.ts';
import { composeStores } from './compose-stores.ts';
import { deployedOutputs, environmentOf } from './deployed-stack.ts';
import { readLedger } from './ledger/read-ledger.ts';
import { serviceError } from './service-errors.ts';
import { kmsSigner } from './signer.ts';

/** Milliseconds between two looks at a run that is followed: each is two reads of the table. */
const pollMs = 1_000;

/**
 * A deployment as whoever looks after its runs works on it, by the rights of who calls. Throws `NotFound` where
 * it is not deployed.
 */
export async function openDeployment({ deployment, region }: AwsPlace) {
  const at = region === undefined ? {} : { region };
  const limits = { ...callLimits(10_000), ...at };
  const stack = await deployedOutputs(new SSMClient(limits), deployment);
  const environment = environmentOf(stack);
  const stored = composeStores(environment, at);
  const access = () => composeAccess(environment, at);
  return {
    ...stored,
    pollMs,
    /** Walks go on there by themselves, and what they leave is settled by the sweep. */
    isWalked: async () => true,
    by: () => callerName(new STSClient(limits)),
    /** The ledger's key signs for the functions alone: what ends here is sealed by the sweep. */
    sealsLater: true,
    ports: () => composePorts(environment, access(), stored),
    checkOpenIssue: (issue: IssueReference) => checkOpenIssue(access(), issue),
    access,
    /** A ledger as it stands in the bucket, by the key in KMS or the one that is given (PEM). */
    verify: async (run: string, key?: string): Promise<Verification> => {
      const objects = await readLedger(stored.bucket, run);
      if (objects.size === 0) throw new NotFound(`no ledger of ${run} in ${stack.name}`);
      const signer = () => kmsSigner(new KMSClient(limits), environment.needed('signerKey'));
      return verifyLedger(objects, key ?? (await signer()).publicKey, { run });
    },
    close: () => undefined,
  };
}

/**
 * Who calls: the name of the user or of the session. Not the whole ARN: it can reach a comment on GitHub, and the account's
 * number and roles are nobody's business there.
 */
async function callerName(sts: STSClient): Promise<string> {
  try {
    const { Arn = 'somebody' } = await sts.send(new GetCallerIdentityCommand({}));
    return Arn.split(/[/:]/).at(-1) ?? Arn;
  } catch (error) {
    throw serviceError(error, 'AWS does not say who calls');
  }
}
