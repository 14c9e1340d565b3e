import {
  type EngineChoice,
  type EngineName,
  engineNames,
  engines,
  type ToolServer,
} from './engine.ts';
import { ConfigInvalid } from './errors.ts';
import { chainOf, nameOf } from './model-chain.ts';
import type { Policy } from './policy.ts';
import type { ModelChoice, RunSettings, RunTerms } from './run.ts';
import { type ModelRole, modelRoles, type RoleName } from './stage.ts';
import { wiresOf, wiresOfChain } from './wire.ts';
import type { Wire } from './wire-names.ts';

/** The engine of a role: an operator's choice stands over the repository's. */
export function engineOf(
  settings: Pick<RunSettings, 'engines'>,
  policy: Pick<Policy, 'roles'>,
  role: RoleName,
): EngineName {
  if (role === 'verifier') return 'builtin';
  return settings.engines?.[role] ?? policy.roles[role].engine ?? 'builtin';
}

/** The engine of a role with all that it is to know. */
export function engineChoice(
  settings: Pick<RunSettings, 'engines' | 'engineCommand'>,
  policy: Pick<Policy, 'roles' | 'mcp'>,
  role: ModelRole,
  model: ModelChoice,
): EngineChoice {
  const name = engineOf(settings, policy, role);
  const command = settings.engineCommand ?? policy.roles[role].command;
  const servers = serversFor(policy, role);
  return {
    name,
    model: model.model,
    wires: wiresBetween(name, model),
    ...(name === 'command' && command !== undefined ? { command } : {}),
    ...(servers.length > 0 ? { servers: Object.fromEntries(servers) } : {}),
  };
}

/** The tool servers that a role may use, by name. */
export function serversFor({ mcp }: Pick<Policy, 'mcp'>, role: ModelRole): [string, ToolServer][] {
  const allowed = Object.entries(mcp).filter(([, { roles }]) => roles.includes(role));
  return allowed.map(([name, { roles: _, ...server }]) => [name, server]);
}

/**
 * Throws `ConfigInvalid` where a role is to be played in a way that can't be, before anything is spent.
 * `faultOf`: why an engine can't be started here.
 */
export function requireEngines(
  settings: Omit<RunSettings, 'sandbox'>,
  policy: Policy,
  models: RunTerms['models'],
  faultOf: (engine: EngineName) => string | undefined = () => undefined,
): void {
  for (const role of modelRoles) {
    const model = models[role] ?? settings.model;
    const choice = engineChoice(settings, policy, role, model);
    requireEngine(choice, model, role);
    const strategy = settings.strategy ?? policy.roles[role].strategy;
    if (choice.name !== 'builtin' && strategy === 'rewrite') {
      throw new ConfigInvalid(
        `roles.${role}: the strategy rewrite is the builtin engine's; leave it out, or the engine ${choice.name}`,
      );
    }
    const fault = faultOf(choice.name);
    if (fault !== undefined) throw new ConfigInvalid(`roles.${role}.engine: ${fault}`);
  }
}

/** Throws `ConfigInvalid` where a role's engine can't be played with that model, and names those that can. */
function requireEngine(choice: EngineChoice, model: ModelChoice, role: RoleName): void {
  const { name, wires } = choice;
  if (engines[name].wires.length > 0 && wires.length === 0) {
    refuseMixedChain(choice, model, role);
    const fitting = engineNames.filter((one) => fits(one, model)).join(', ');
    const wanted = engines[name].wires.join(' or ');
    throw new ConfigInvalid(
      `roles.${role}.engine: ${name} speaks ${wanted}, and the provider ${model.provider} ${wiresOf(model).join(' or ')}; with it these work: ${fitting}`,
    );
  }
  if (name === 'command' && choice.command === undefined) {
    throw new ConfigInvalid(
      `roles.${role}.engine: command needs a command line: roles.${role}.command in .entropy.yml, or --engine-command`,
    );
  }
  if (name === 'command' && choice.servers !== undefined) {
    throw new ConfigInvalid(
      `roles.${role}.engine: command can't be given the tool servers that mcp in .entropy.yml allows (${Object.keys(choice.servers).join(', ')}); take another engine, or leave mcp out`,
    );
  }
}

/** An engine speaks one protocol for as long as it runs, and nothing is translated: so must all that may answer it. */
function refuseMixedChain({ name }: EngineChoice, model: ModelChoice, role: RoleName): void {
  const chain = chainOf(model);
  if (chain.length === 1) return;
  const each = chain.map((link) => `${nameOf(link)} ${wiresOf(link).join(' or ')}`).join(', ');
  throw new ConfigInvalid(
    `roles.${role}.engine: ${name} speaks ${engines[name].wires.join(' or ')}, and the models of its chain no such protocol in common (${each}); leave out those that don't fit, or take the engine builtin`,
  );
}

function fits(name: EngineName, model: ModelChoice): boolean {
  return engines[name].wires.length === 0 || wiresBetween(name, model).length > 0;
}

function wiresBetween(name: EngineName, model: ModelChoice): readonly Wire[] {
  const spoken = wiresOfChain(model);
  return engines[name].wires.filter((wire) => spoken.includes(wire));
}
