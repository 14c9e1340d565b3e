import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../../lib/config.ts';
import { type Budget, defaultBudget } from '../../lib/domain/budget.ts';
import { type EngineName, engineNames } from '../../lib/domain/engine.ts';
import {
  type RunSettings,
  type ServedProvider,
  type Strategy,
  servedProviders,
} from '../../lib/domain/run.ts';
import { modelRoles } from '../../lib/domain/stage.ts';
import { type Wire, wires } from '../../lib/domain/wire-names.ts';
import type { SandboxWish } from '../../lib/local/sandbox/choose.ts';
import { keysFor } from '../../lib/providers/keys.ts';
import { chainAt, faultOfUrl, mainChoice, modelHelp } from './model-options.ts';

/** The options that say how a run is done, as the command line gives them. */
export interface RunOptions {
  readonly provider?: ServedProvider;
  readonly baseUrl?: string;
  readonly wires?: readonly Wire[];
  readonly model?: string;
  readonly roleModel: Readonly<Record<string, string>>;
  readonly budget: Budget;
  readonly setup?: string;
  readonly test?: string;
  readonly sandbox: SandboxWish;
  readonly strategy?: Strategy;
  readonly engine?: NonNullable<RunSettings['engines']>;
  readonly engineCommand?: string;
}

/** Settings of a run whose sandbox was not tried out yet. */
export type WishedSettings = Omit<RunSettings, 'sandbox'> & { readonly sandbox: SandboxWish };

/** Adds the options that name models, and where they are. */
export function addModelOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--provider <name>', 'where model turns come from').choices(servedProviders),
    )
    .option('--base-url <url>', "the model server's base URL (a local server, a proxy)", url)
    .addOption(
      new Option(
        '--wires <names>',
        'what an openai-compatible server speaks to engines, by comma: chat-completions, messages, responses',
      ).argParser(wireList),
    )
    .option('--model <name>', modelHelp)
    .addOption(
      new Option(
        '--role-model <role=model>',
        'another model for one role, or provider:model, or several by comma; may be repeated',
      )
        .argParser(roleModel)
        .default({}, 'the same for all'),
    );
}

/** Adds the options shared by `run` and `serve`. */
export function addRunOptions(command: Command): Command {
  return addModelOptions(command)
    .addOption(
      new Option(
        '--budget <amount>',
        'most that the issue may cost over all roles and retries: 2.50 (dollars), 800k or 2M (tokens), 120turns; parts joined by commas',
      )
        .argParser(budget)
        .default(defaultBudget, '5.00,5M,300turns'),
    )
    .option('--setup <command>', "set-up command, instead of what is found or in '.entropy.yml'")
    .option('--test <command>', "test command, instead of what is found or in '.entropy.yml'")
    .addOption(sandboxOption())
    .addOption(
      new Option(
        '--strategy <name>',
        "how roles work, over '.entropy.yml': with tools, or by rewriting whole files (small models)",
      ).choices(['tools', 'rewrite']),
    )
    .addOption(
      new Option(
        '--engine <[role=]name>',
        `what drives the agents, over '.entropy.yml': ${engineNames.join(', ')}; may be repeated`,
      ).argParser(engine),
    )
    .option('--engine-command <line>', 'command line of the engine command');
}

function sandboxOption(): Option {
  const meaning =
    'boundary around agents and tests; auto: the strongest that works here; process is none';
  return new Option('--sandbox <kind>', meaning)
    .choices(['auto', 'docker', 'bubblewrap', 'process'])
    .default('auto');
}

/** Turns options into settings. Throws `ConfigInvalid` with what to set. */
export function settingsOf(options: RunOptions, config: Config): WishedSettings {
  const model = mainChoice(options, config);
  const roleModels = Object.fromEntries(
    Object.entries(options.roleModel).map(([role, name]) => [role, chainAt(name, model, config)]),
  );
  // Refused before anything is begun, where a key would go to two servers.
  keysFor({ model, roleModels }, config.secrets);
  return {
    model,
    roleModels,
    budget: options.budget,
    sandbox: options.sandbox,
    ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
    ...(options.engine === undefined ? {} : { engines: options.engine }),
    ...(options.engineCommand === undefined ? {} : { engineCommand: options.engineCommand }),
    ...(options.setup === undefined ? {} : { setup: options.setup }),
    ...(options.test === undefined ? {} : { test: options.test }),
  };
}

function wireList(value: string): readonly Wire[] {
  const names = value.split(',').map((name) => name.trim());
  const known = names.filter((name): name is Wire => wires.includes(name as Wire));
  if (known.length === names.length) return known;
  throw new InvalidArgumentError(`Give names out of ${wires.join(', ')}, separated by commas.`);
}

function url(value: string): string {
  const fault = faultOfUrl(value);
  if (fault !== undefined) throw new InvalidArgumentError(fault);
  return value;
}

/** `codex` for all roles, `coder=codex` for one. */
function engine(value: string, earlier: RunSettings['engines'] = {}): RunSettings['engines'] {
  const [first = '', second] = value.split(/=(.*)/s);
  const name = (second ?? first) as EngineName;
  const named = second === undefined ? modelRoles : modelRoles.filter((role) => role === first);
  if (!engineNames.includes(name) || named.length === 0) {
    throw new InvalidArgumentError(
      `Give NAME or ROLE=NAME, NAME one of ${engineNames.join(', ')}; ROLE one of ${modelRoles.join(', ')}.`,
    );
  }
  return { ...earlier, ...Object.fromEntries(named.map((role) => [role, name])) };
}

function roleModel(value: string, earlier: Record<string, string>): Record<string, string> {
  const [role = '', name = ''] = value.split(/=(.*)/s);
  if (!modelRoles.some((one) => one === role) || name === '') {
    throw new InvalidArgumentError(
      `Give ROLE=MODEL or ROLE=PROVIDER:MODEL, ROLE one of ${modelRoles.join(', ')}.`,
    );
  }
  return { ...earlier, [role]: name };
}

/** `5`, `2.50`, `800k`, `2M`, `120turns`, joined by commas; what is not named keeps its default. */
export function budget(value: string): Budget {
  let result: Budget = defaultBudget;
  for (const part of value.split(',')) {
    const match = /^\$?(\d+(?:\.\d+)?)(k|M|turns)?$/.exec(part.trim());
    if (match === null || Number(match[1]) <= 0) {
      throw new InvalidArgumentError(
        `'${part}': give dollars (2.50), tokens (800k, 2M) or 120turns.`,
      );
    }
    const amount = Number(match[1]);
    if (match[2] === undefined) result = { ...result, dollars: amount };
    else if (match[2] === 'turns') result = { ...result, turns: Math.ceil(amount) };
    else result = { ...result, tokens: Math.ceil(amount * (match[2] === 'k' ? 1e3 : 1e6)) };
  }
  return result;
}
