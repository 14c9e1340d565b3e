import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type AwsPlace, type Config, loadConfig } from '../../lib/config.ts';
import { defaultBudget } from '../../lib/domain/budget.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { doubtful, type Finding, good, wrong } from '../../lib/domain/finding.ts';
import { inspectGitHub } from '../../lib/github/inspect.ts';
import { enginePrograms, machineOf } from '../../lib/local/compose.ts';
import { inspectDataFolder } from '../../lib/local/upkeep/inspect-data-folder.ts';
import { inspectEngines } from '../../lib/local/upkeep/inspect-engines.ts';
import { inspectMachine } from '../../lib/local/upkeep/inspect-machine.ts';
import { inspectModels } from '../../lib/providers/inspect.ts';
import { allWell, writeFindings } from '../output/findings.ts';
import { type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { addModelOptions, type RunOptions, settingsOf } from './run-options.ts';

interface Options
  extends Pick<RunOptions, 'provider' | 'baseUrl' | 'wires' | 'model' | 'roleModel'> {
  readonly repo?: string;
  readonly modelCall?: true;
  readonly webhookUrl?: string;
  readonly json?: true;
}

const help = `
Looks at Node, git, sandboxes, data folder, disk, keys, model server, engines and, where it is set up, GitHub. With
--aws at a deployment: stack, webhook (by a signed ping), App, deliveries, model, quotas, what was given up, alarms. Changes
nothing. Exit code 0 where all stands well but for warnings, 1 where something must be mended.`;

/** `entropy doctor`: what stands well here, what does not, and what to do about it. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description(
      'look at this machine, its keys, the model servers and GitHub; exit 1 if one fails',
    );
  addModelOptions(command)
    .option(
      '--model-call',
      'ask each model for a few tokens, over each of --wires, which may cost a fraction of a cent',
    )
    .option('--repo <owner/name>', 'also look whether App or token may work on this repository')
    .option('--webhook-url <url>', "with --aws: another address of the webhook, such as a proxy's")
    .option('--json', 'one JSON object: {type, ok, findings}')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      const place = placeOf(program);
      const findings =
        place === undefined
          ? await examine(options, program.opts())
          : await examineThere(place, options);
      process.exitCode = tell(findings, terminal(options.json ?? false));
    });
}

/** The account that was named, whatever else is wrong with the settings. */
function placeOf(program: Command): AwsPlace | undefined {
  const { ENTROPY_PLACE, ENTROPY_DEPLOYMENT } = process.env;
  return loadConfig({ ENTROPY_PLACE, ENTROPY_DEPLOYMENT }, program.opts()).aws;
}

async function examineThere(place: AwsPlace, options: Options): Promise<readonly Finding[]> {
  const { inspectDeployment } = await import('../../lib/aws/compose-doctor.ts');
  const { repo: repository, modelCall, webhookUrl } = options;
  return inspectDeployment(place, { repository, modelCall, webhookUrl });
}

async function examine(options: Options, given: { dataDir?: string }): Promise<Finding[]> {
  const { config, findings } = configured(given);
  const machine = machineOf(config);
  // A data folder that is not there yet is not made by looking.
  const recorded = existsSync(config.dataDir) ? machine : { ...machine, dataDir: undefined };
  return [
    ...(await inspectMachine(recorded)),
    ...inspectDataFolder(config.dataDir),
    ...findings,
    ...(await modelFindings(config, options)),
    ...(await inspectEngines(enginePrograms(config))),
    ...(await githubFindings(config, options.repo)),
  ];
}

/** Settings with faults are left out one by one, so that all the rest is still looked at. */
function configured(given: { dataDir?: string }): { config: Config; findings: Finding[] } {
  let env: Record<string, string | undefined> = { ...process.env };
  const findings: Finding[] = [];
  for (;;) {
    try {
      const config = loadConfig(env, given);
      const state = findings.length > 0 ? findings : [good('settings', 'valid')];
      return { config, findings: state };
    } catch (error) {
      if (!(error instanceof ConfigInvalid)) throw error;
      const faults = error.message.split('\n').map((line) => line.split(/: (.*)/s));
      findings.push(
        ...faults.map(([name = '', why = '']) =>
          wrong('settings', `${name}: ${why}`, `mend ${name}`),
        ),
      );
      const bad = new Set(faults.flatMap(([name = '']) => [name, `${name}_FILE`]));
      const kept = Object.entries(env).filter(([name]) => !bad.has(name));
      // A fault that no variable explains would come again.
      if (kept.length === Object.keys(env).length) throw error;
      env = Object.fromEntries(kept);
    }
  }
}

async function modelFindings(config: Config, options: Options): Promise<readonly Finding[]> {
  try {
    const { provider, baseUrl, wires, model, roleModel } = options;
    const settings = settingsOf(
      {
        ...{ roleModel, budget: defaultBudget, sandbox: 'process' },
        ...(provider && { provider }),
        ...(baseUrl && { baseUrl }),
        ...(wires && { wires }),
        ...(model && { model }),
      },
      config,
    );
    return await inspectModels(settings, config.secrets, { call: options.modelCall ?? false });
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return [doubtful('model server', 'none is set up', error.message)];
  }
}

async function githubFindings(config: Config, repo?: string): Promise<readonly Finding[]> {
  const { github, secrets } = config;
  const { appKey, githubToken } = secrets;
  const app = github.appId && appKey ? { app: { appId: github.appId, privateKey: appKey } } : {};
  if (app.app === undefined && githubToken === undefined) {
    const fix =
      'for "entropy serve" set ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE, or GITHUB_TOKEN_FILE';
    return [doubtful('github', 'not set up, so only local repositories work', fix)];
  }
  const token = githubToken === undefined ? {} : { token: githubToken };
  const repository = repo === undefined ? {} : { repository: repo };
  return [
    secrets.webhook.length > 0
      ? good('webhook secret', 'set')
      : doubtful(
          'webhook secret',
          'not set',
          'for "entropy serve" set ENTROPY_WEBHOOK_SECRET_FILE',
        ),
    ...(await inspectGitHub({ apiUrl: github.apiUrl, ...app, ...token, ...repository })),
  ];
}

function tell(findings: readonly Finding[], { out, json }: Terminal): number {
  const ok = allWell(findings);
  if (json) writeJson(out, { type: 'doctor', ok, findings });
  else writeFindings(findings, out);
  return ok ? 0 : 1;
}
