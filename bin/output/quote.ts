import { chainOf, chainText } from '../../lib/domain/model-chain.ts';
import type { ModelChoice, RunSettings } from '../../lib/domain/run.ts';
import { choiceText, type SandboxChoice } from '../../lib/local/sandbox/choose.ts';
import { priceOf } from '../../lib/providers/prices.ts';
import { grouped } from './grouped.ts';

/** What a run may cost at most, said before anything is spent. */
export function quote(settings: RunSettings, choice: SandboxChoice, where: string): string {
  const { dollars, tokens, turns } = settings.budget;
  const choices = [settings.model, ...Object.values(settings.roleModels)];
  const models = choices.flatMap(chainOf);
  const unpriced = models.filter((choice) => priceOf(choice.model) === undefined);
  const money =
    unpriced.length === models.length
      ? `${unpriced[0]?.model} has no known price, so tokens bind`
      : `$${dollars.toFixed(2)}${unpriced.length > 0 ? ' (priced models only)' : ''}`;
  return [
    `repository   ${where}`,
    ...modelLines(choices),
    ...(settings.engines ? [`engines      ${enginesText(settings.engines)}`] : []),
    `sandbox      ${choiceText(choice)}${choice.kind === 'process' ? ': no boundary; trust the repository and the model' : ''}`,
    `at most      ${money}; ${grouped(tokens)} tokens; ${turns} model calls, over all roles and retries`,
    '',
  ].join('\n');
}

/** Where models stand in for others, what the dearest of them costs is said: it may be the one that plays. */
function modelLines(choices: readonly ModelChoice[]): readonly string[] {
  const models = choices.flatMap(chainOf);
  if (models.length === choices.length) {
    return [
      `model        ${[...new Set(models.map((choice) => `${choice.model} (${choice.provider})`))].join(', ')}`,
    ];
  }
  const prices = models.flatMap(({ model }) => priceOf(model) ?? []);
  const most = (kind: 'input' | 'output') =>
    `$${Math.max(...prices.map((price) => price[kind])).toFixed(2)}`;
  const dearest = `priced by the dearest: ${most('input')} in, ${most('output')} out per million tokens`;
  return [
    `model        ${[...new Set(choices.map(chainText))].join(', ')}`,
    ...(prices.length === 0 ? [] : [`             ${dearest}`]),
  ];
}

function enginesText(engines: NonNullable<RunSettings['engines']>): string {
  return Object.entries(engines)
    .map(([role, name]) => `${role}: ${name}`)
    .join(', ');
}
