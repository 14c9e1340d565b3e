import * as z from 'zod';
import { defaultBudget } from '../domain/budget.ts';
import { engineNames } from '../domain/engine.ts';
import { ConfigInvalid } from '../domain/errors.ts';
import { longestChain } from '../domain/model-chain.ts';
import { type RunSettings, servedProviders } from '../domain/run.ts';
import { modelRoles } from '../domain/stage.ts';
import { wires } from '../domain/wire-names.ts';
import type { FunctionEnvironment } from './environment.ts';

const link = z.strictObject({
  provider: z.enum(servedProviders),
  model: z.string().min(1),
  baseUrl: z.url().exactOptional(),
  wires: z.array(z.enum(wires)).exactOptional(),
});
const choice = link.extend({
  fallbacks: z
    .array(link)
    .min(1)
    .max(longestChain - 1)
    .exactOptional(),
});
const amount = z.number().positive();
const schema = z.strictObject({
  model: choice,
  roleModels: z
    .strictObject({
      'issue-reader': choice.exactOptional(),
      coder: choice.exactOptional(),
      reviewer: choice.exactOptional(),
    })
    .default({}),
  budget: z.strictObject({ dollars: amount, tokens: amount, turns: amount }).partial().default({}),
  strategy: z.enum(['tools', 'rewrite']).exactOptional(),
  engines: z.partialRecord(z.enum(modelRoles), z.enum(engineNames)).exactOptional(),
  engineCommand: z.string().min(1).exactOptional(),
});

/** The model that runs are done with where the operator named none. */
const defaultModel = { provider: 'anthropic', model: 'claude-sonnet-5-5' };

/** How runs of this account are done. Throws `ConfigInvalid` with every fault. */
export function runSettings(environment: FunctionEnvironment): RunSettings {
  const given = environment.given('runSettings');
  const read = schema.safeParse(given === undefined ? { model: defaultModel } : jsonIn(given));
  if (!read.success) {
    throw new ConfigInvalid(`the run settings are not valid: ${z.prettifyError(read.error)}`);
  }
  const { budget, ...settings } = read.data;
  return {
    ...settings,
    budget: { ...defaultBudget, ...budget },
    sandbox: 'fargate',
  } as RunSettings;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigInvalid('the run settings are not JSON');
  }
}
