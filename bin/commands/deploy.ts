import { type Command, InvalidArgumentError } from 'commander';
import { type Account, openAccount } from '../../lib/aws/compose-account.ts';
import { findStack } from '../../lib/aws/deployed-stack.ts';
import type { DeploymentSettings } from '../../lib/aws/deployment-settings.ts';
import { callerOf } from '../../lib/aws/inspect-account.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { preflight } from '../deployment/preflight.ts';
import { openToolkit } from '../deployment/toolkit.ts';
import { confirm } from '../output/confirm.ts';
import { writeDeployed, writePlan } from '../output/deployment.ts';
import { allWell, writeFindings } from '../output/findings.ts';
import { type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { loadThere } from './here.ts';

interface Options {
  readonly set: DeploymentSettings;
  readonly unset: readonly string[];
  readonly bootstrap?: true;
  readonly planOnly?: true;
  readonly yes?: true;
  readonly json?: true;
}

const help = `
Looks at account, region, quotas, bootstrap and image; shows what would change and what an idle month costs; asks; deploys.
Settings (docs/aws.md) are kept in the account: say each once. Runs in flight go on as they began.

Examples:
  entropy deploy --region eu-west-1
  entropy deploy --set capacity=4 --set email=ops@example.org
  entropy deploy --plan-only --json`;

/** `entropy deploy`: puts the system into an AWS account, or brings it up to date. */
export function addDeploy(program: Command): void {
  program
    .command('deploy')
    .description('put the system into an AWS account, or bring it up to date')
    .option('--set <name=value>', 'a setting of the deployment; may be repeated', setting, {})
    .option('--unset <name>', 'a setting to be as by default again; may be repeated', listed, [])
    .option('--bootstrap', 'make account and region ready for the CDK first')
    .option('--plan-only', 'only look, and show what would change')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON object a line; the last has type "deployed" or "plan"')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      const { aws } = loadThere(program);
      await deploy(openAccount(aws), options, terminal(options.json ?? false));
    });
}

function setting(text: string, before: DeploymentSettings): DeploymentSettings {
  const [, name, value] = /^([a-zA-Z]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Give NAME=VALUE.');
  }
  if (name === 'name') throw new InvalidArgumentError('Give --deployment NAME.');
  return { ...before, [name]: value };
}

const listed = (name: string, before: readonly string[]) => [...before, name];

async function deploy(account: Account, options: Options, shown: Terminal): Promise<void> {
  const { err } = shown;
  const log = (line: string) => void err.write(`${line}\n`);
  const caller = await callerOf(account.sts);
  const settings = await settingsFor(account, options);
  const { stackName: stack, deployment } = account;
  const context = { ...settings, name: deployment };
  const toolkit = openToolkit({ ...caller, stack, settings: context, log });
  try {
    if (options.bootstrap) await toolkit.bootstrap();
    const findings = await preflight(account, caller, settings);
    writeFindings(findings, err);
    if (shown.json) writeJson(shown.out, { type: 'checks', ok: allWell(findings), findings });
    if (!allWell(findings)) throw new ConfigInvalid('nothing was deployed: mend what is marked');
    log('what would change:');
    await toolkit.synthesize();
    const plan = { stack, diff: await toolkit.diff(), cost: await toolkit.idleCost() };
    writePlan(plan, shown);
    if (options.planOnly) return;
    if (!options.yes) await confirm(`Deploy ${stack}?`, 'nothing was deployed');
    // Before the stack: what was deployed by settings that are not kept would be undone by the next deployment.
    await account.settings.write(settings);
    await toolkit.deploy();
    const found = await findStack(account.stacks, stack);
    const outputs = Object.fromEntries(found?.outputs ?? []);
    writeDeployed({ ...caller, stack, outputs }, shown);
  } finally {
    toolkit.close();
  }
}

async function settingsFor(
  { settings }: Account,
  { set, unset }: Options,
): Promise<DeploymentSettings> {
  const kept = { ...(await settings.read()), ...set };
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !unset.includes(name)));
}
