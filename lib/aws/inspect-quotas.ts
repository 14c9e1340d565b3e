import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';

/** What a deployment wants of an account's quotas. */
export interface Wanted {
  /** Runs walked at the same time, each with one sandbox. */
  readonly capacity: number;
  readonly spot: boolean;
  /** Whether functions set aside their share of the concurrency. */
  readonly reserved: boolean;
}

/** Virtual processors that the largest sandbox takes by default; held to `lib/cdk/sandbox-roles.ts` by a test. */
export const sandboxCpus = 1;
/** What functions set aside in all where they do; held to `lib/cdk/entry.ts` by a test. */
export const reservedInAll = 168;
/** What Lambda keeps for all other functions: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const keptForOthers = 100;
/** A run keeps about so many functions at work: its gateway's calls, and a step. */
const callsOfRun = 3;

/** Virtual processors at the same time: https://docs.aws.amazon.com/general/latest/gr/ecs-service.html#service-quotas-fargate */
const fargateQuotas = { 'on demand': 'L-3032A538', spot: 'L-36FBB829' } as const;

/** Whether the account's quotas are enough for a deployment. Never throws. */
export async function inspectQuotas(
  { lambda, quotas }: { readonly lambda: LambdaClient; readonly quotas: ServiceQuotasClient },
  wanted: Wanted,
): Promise<readonly Finding[]> {
  return [
    await inspectConcurrency(lambda, wanted),
    await inspectFargate(quotas, wanted, wanted.spot ? 'spot' : 'on demand'),
  ];
}

async function inspectConcurrency(
  lambda: LambdaClient,
  { capacity, reserved }: Wanted,
): Promise<Finding> {
  const name = 'lambda quota';
  try {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const most = AccountLimit?.ConcurrentExecutions ?? 0;
    const detail = `${most} executions at the same time in this account and region`;
    const ask = 'ask for more: Service Quotas, AWS Lambda, "Concurrent executions"';
    if (reserved && most < reservedInAll + keptForOthers) {
      const fix = `leave reserveConcurrency off, or ${ask}`;
      return wrong(
        name,
        `${detail}; reserveConcurrency wants ${reservedInAll + keptForOthers}`,
        fix,
      );
    }
    const enough = capacity * callsOfRun;
    if (most >= enough) return good(name, detail);
    return doubtful(name, `${detail}; ${capacity} runs at a time want about ${enough}`, ask);
  } catch (error) {
    return unseen(name, error, 'lambda:GetAccountSettings');
  }
}

async function inspectFargate(
  quotas: ServiceQuotasClient,
  { capacity }: Wanted,
  kind: keyof typeof fargateQuotas,
): Promise<Finding> {
  const name = 'fargate quota';
  try {
    const asked = { ServiceCode: 'fargate', QuotaCode: fargateQuotas[kind] };
    const { Quota } = await quotas.send(new GetServiceQuotaCommand(asked));
    const most = Quota?.Value ?? 0;
    const enough = capacity * sandboxCpus;
    const detail = `${most} virtual processors at the same time, ${kind}`;
    if (most >= enough) return good(name, detail);
    const ask = `ask for more: Service Quotas, AWS Fargate, ${asked.QuotaCode}; or lower capacity`;
    const lacking = `${detail}; ${capacity} runs at a time want ${enough}`;
    return most < sandboxCpus ? wrong(name, lacking, ask) : doubtful(name, lacking, ask);
  } catch (error) {
    return unseen(name, error, 'servicequotas:GetServiceQuota');
  }
}

/** What could not be looked at, and which right is most likely missing. */
export function unseen(name: string, error: unknown, right: string): Finding {
  const { name: fault, message } = error as Error;
  const fix = `it needs ${right}; what depends on it was not looked at`;
  return doubtful(name, `could not be looked at: ${fault}: ${message.slice(0, 300)}`, fix);
}
