import type { AwsPlace } from '../config.ts';
import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';
import { pauseText } from '../domain/pause.ts';
import { inspectModels } from '../providers/inspect.ts';
import { appRecords } from './app-record.ts';
import { type Account, openAccount } from './compose-account.ts';
import { composeStores } from './compose-stores.ts';
import { type DeployedStack, deployedStack, environmentOf } from './deployed-stack.ts';
import type { DeploymentSettings } from './deployment-settings.ts';
import { callerOf } from './inspect-account.ts';
import { inspectAlarms, inspectGivenUp } from './inspect-failures.ts';
import { inspectQuotas, unseen } from './inspect-quotas.ts';
import { inspectServiceRole } from './inspect-service-role.ts';
import { inspectSetUp, inspectStack } from './inspect-stack.ts';
import { inspectWebhook } from './inspect-webhook.ts';
import { remoteInspection } from './remote-minter.ts';
import { runSettings } from './run-settings.ts';
import { parameterSecrets } from './secrets.ts';

/** What is to be looked at beside what always is. */
export interface DeploymentLook {
  /** `owner/name`: whether the App may work there. */
  readonly repository?: string | undefined;
  /** Asks the model for a few tokens. */
  readonly modelCall?: boolean | undefined;
  /** Another address of the webhook, such as a proxy's. */
  readonly webhookUrl?: string | undefined;
}

/**
 * A deployment and all that it stands on, looked at from outside. Changes nothing. Throws `ConfigInvalid` without
 * credentials, `NotFound` where nothing is deployed, `StorageFailed` where AWS can't be reached.
 */
export async function inspectDeployment(
  place: AwsPlace,
  look: DeploymentLook,
): Promise<readonly Finding[]> {
  const account = openAccount(place);
  const caller = await callerOf(account.sts);
  const stack = await deployedStack(account.stacks, place.deployment);
  const settings = await account.settings.read();
  const app = await appRecords(account.ssm, place.deployment).read();
  const wanted = {
    capacity: Number(settings.capacity ?? 10),
    spot: settings.spot === 'true',
    reserved: settings.reserveConcurrency === 'true',
  };
  const { outputs, name } = stack;
  return [
    good('account', `${caller.account}, ${caller.region}, as ${caller.arn}`),
    inspectStack(stack),
    inspectSetUp(stack, app),
    await inspectWebhook(
      look.webhookUrl ?? outputs.get('WebhookUrl') ?? '',
      webhookOf(account, stack),
    ),
    ...(await inspectApp(account, stack, look.repository)),
    ...(await modelFindings(account, stack, settings, look.modelCall ?? false)),
    ...(settings.emulator === 'true' ? [] : [await inspectServiceRole(account.iam)]),
    ...(await inspectQuotas(account, wanted)),
    await inspectGivenUp(account.queues, outputs.get('FailuresQueue') ?? ''),
    await inspectAlarms(account.alarms, name),
    await inspectPause(place, stack),
  ];
}

function webhookOf({ ssm }: Account, stack: DeployedStack) {
  const { needed } = environmentOf(stack);
  const webhookPrevious = needed('webhookSecretPrevious');
  return parameterSecrets(ssm, { webhook: needed('webhookSecret'), webhookPrevious });
}

/** By the minting function: it alone can speak as the App, and its clock is the one that counts. */
async function inspectApp({ lambda }: Account, stack: DeployedStack, repository?: string) {
  const functionName = environmentOf(stack).needed('mintFunction');
  try {
    return await remoteInspection({ lambda, functionName }, repository);
  } catch (error) {
    const fix = '"entropy init" and "entropy deploy" set it up; asking needs lambda:InvokeFunction';
    return [wrong('github app', (error as Error).message, fix)];
  }
}

async function modelFindings(
  { ssm }: Account,
  { outputs }: DeployedStack,
  settings: DeploymentSettings,
  call: boolean,
): Promise<readonly Finding[]> {
  try {
    const runs = runSettings({
      given: () => settings.runSettings,
      needed: () => settings.runSettings ?? '',
    });
    const compatibleKey = outputs.get('CompatibleKeyParameter');
    const secrets = parameterSecrets(ssm, {
      anthropicKey: outputs.get('AnthropicKeyParameter') ?? '',
      openaiKey: outputs.get('OpenaiKeyParameter') ?? '',
      // A stack from before has none.
      ...(compatibleKey === undefined ? {} : { compatibleKey }),
    });
    const keys = Object.fromEntries(await secrets.values());
    return await inspectModels(runs, keys, { call });
  } catch (error) {
    return [doubtful('model server', (error as Error).message, 'docs/aws.md: runSettings, keys')];
  }
}

async function inspectPause({ region }: AwsPlace, stack: DeployedStack): Promise<Finding> {
  const name = 'pause';
  try {
    const at = region === undefined ? {} : { region };
    const pause = await composeStores(environmentOf(stack), at).pauses.get();
    if (pause === undefined) return good(name, 'none');
    return doubtful(name, pauseText(pause), '"entropy --aws resume" lets work go on');
  } catch (error) {
    return unseen(name, error, 'dynamodb:GetItem');
  }
}
