import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { appParameter } from '../../lib/aws/app-record.ts';
import { type Account, openAccount } from '../../lib/aws/compose-account.ts';
import { openDeployment } from '../../lib/aws/compose-operator.ts';
import { composeOutletRemoval } from '../../lib/aws/compose-outlet.ts';
import type { Stored } from '../../lib/aws/compose-stores.ts';
import { type DeployedStack, deployedStack } from '../../lib/aws/deployed-stack.ts';
import { removeParameters, settingsParameter } from '../../lib/aws/deployment-settings.ts';
import { emptyBucket } from '../../lib/aws/empty-bucket.ts';
import { callerOf } from '../../lib/aws/inspect-account.ts';
import {
  deregisterTasks,
  secretParameters,
  takeDown,
  taskFamilies,
} from '../../lib/aws/take-down.ts';
import type { AwsPlace } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { siteOf } from '../../lib/github/site.ts';
import { requireNoRuns, type WindDownOptions, windDown } from '../deployment/wind-down.ts';
import { confirm } from '../output/confirm.ts';
import { paint, type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { loadThere } from './here.ts';

interface Options {
  readonly yes?: true;
  readonly json?: true;
}

const help = `
Runs must be over: "entropy --aws pause" stops them, "entropy --aws cancel" ends what is queued. It pauses all work itself,
and removes what costs by the hour before the stack. What the ledger's retention keeps, stays: see docs/aws.md.`;

/** `entropy destroy`: takes a deployment down, but for what its retention keeps. */
export function addDestroy(program: Command): void {
  program
    .command('destroy')
    .description('take a deployment down; says first what the retention keeps')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON object a line; the last has type "destroyed"')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      const { aws } = loadThere(program);
      await destroy(aws, options.yes ?? false, terminal(options.json ?? false));
    });
}

async function destroy(place: AwsPlace, yes: boolean, shown: Terminal): Promise<void> {
  const { out, err, json } = shown;
  const account = openAccount(place);
  const caller = await callerOf(account.sts);
  const stack = await deployedStack(account.stacks, place.deployment);
  const settings = await account.settings.read();
  const records = await openDeployment(place);
  const remover = removerOf(stack, records, place);
  await requireNoRuns(records);
  err.write(`${whatStays(stack, settings)}\n`);
  await takeAsked(yes, `Take ${stack.name} in ${caller.account}, ${caller.region} down?`);
  const log = (line: string) => void err.write(`${line}\n`);
  await windDown({ records, by: await records.by(), log, ...remover });
  const keepsData = settings.keepData !== 'false' && settings.emulator !== 'true';
  const logs = stack.outputs.get('LogBucket');
  if (!keepsData && logs !== undefined) await emptyBucket(account.s3, logs);
  const kept = await takeDown({ client: account.stacks, stack: stack.id, log });
  const revisions = await deregisterTasks(account.ecs, taskFamilies(place.deployment));
  await removeParameters(account.ssm, parametersOf(account, stack));
  if (json) {
    writeJson(out, { type: 'destroyed', stack: stack.name, kept, revisions });
    return;
  }
  out.write(`${paint(out, 'green', 'destroyed')}  ${stack.name}\n`);
  for (const { type, id } of kept) out.write(`kept       ${type} ${id}\n`);
}

async function takeAsked(yes: boolean, question: string): Promise<void> {
  if (!yes) await confirm(question, 'nothing was taken down');
}

/** What removes endpoints and proxy of tier `proxied`; in the other there are none. */
function removerOf(
  { name, outputs }: DeployedStack,
  { table }: Pick<Stored, 'table'>,
  { region }: AwsPlace,
): Pick<WindDownOptions, 'outlet'> {
  const [vpc, cluster] = [outputs.get('VpcId'), outputs.get('ProxyCluster')];
  if (vpc === undefined) return {};
  if (cluster === undefined) {
    const fix = '"entropy deploy" brings it up to date';
    throw new ConfigInvalid(`${name} does not say where its proxy is (ProxyCluster): ${fix}`);
  }
  const at = region === undefined ? {} : { region };
  return {
    outlet: composeOutletRemoval({ vpc, cluster }, table, {
      holder: `destroy-${randomUUID()}`,
      at,
    }),
  };
}

function whatStays({ outputs }: DeployedStack, settings: Readonly<Record<string, string>>): string {
  const { ledgerMode = 'GOVERNANCE', ledgerDays = '400', githubApi, appId } = settings;
  const keepsData = settings.keepData !== 'false' && settings.emulator !== 'true';
  const data = keepsData
    ? `the table ${outputs.get('TableName')} and the buckets ${outputs.get('LedgerBucket')} (ledgers) and ${outputs.get('LogBucket')} (access logs): keepData`
    : 'the bucket with the ledgers, where it is not empty';
  const site = siteOf(githubApi ?? 'https://api.github.com');
  const app =
    appId === undefined ? [] : [`the GitHub App ${appId}: delete it at ${site}/settings/apps`];
  return [
    'What stays:',
    data,
    `each object of a ledger for ${ledgerDays} days from when it was written (${ledgerMode}); nobody deletes one before`,
    'both KMS keys for 30 days, pending deletion: until then it can be called off, and they cost nothing',
    'the image in the repository of `cdk bootstrap`, and that bootstrap itself',
    ...app,
    'All else goes, secrets and settings in SSM too. Ledgers verify without the account, by their public key.',
  ].join('\n  ');
}

function parametersOf({ deployment }: Account, stack: DeployedStack): string[] {
  return [...secretParameters(stack), settingsParameter(deployment), appParameter(deployment)];
}
