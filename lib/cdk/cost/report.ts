import type { Estimate, TierEstimate } from './estimate.ts';
import { prices } from './prices.ts';
import type { Line } from './template.ts';
import { countedModel } from './tokens.ts';
import { workload } from './workload.ts';

const dollars = (amount: number, digits = 2) => `$${amount.toFixed(digits)}`;
const row = (cells: readonly string[], widths: readonly number[]) =>
  cells
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join('  ')
    .trimEnd();

/** The estimate as a person reads it. */
export function report(estimated: Estimate): string {
  return [
    `Prices of ${prices.date}, ${prices.region}. ${prices.source}`,
    inputs(),
    ...estimated.tiers.map(tierText),
    `Tokens of an issue with ${countedModel}: ${dollars(estimated.tokens)}. Of ten runs ${workload.mergedShare * 10} end merged.`,
    timeText(estimated),
  ].join('\n\n');
}

function inputs(): string {
  const { minutes, tokens } = workload;
  const stages = Object.entries(minutes).map(([role, count]) => `${role} ${count}`);
  const kinds = Object.entries(tokens).map(([kind, count]) => `${kind} ${count}`);
  return [
    'A typical issue, assumed (lib/cdk/cost/workload.ts):',
    `  minutes: ${stages.join(', ')}`,
    `  tokens: ${kinds.join(', ')} in ${workload.modelCalls} calls`,
  ].join('\n');
}

function tierText({ tier, idle, idleMonth, lines, volumes }: TierEstimate): string {
  const widths = [9, 10, 9, 14, 9, 12, 9, 10, 9];
  const head = [
    ...['a month', 'an issue', 'on Spot', 'after free use', 'on Spot'],
    ...['whole month', 'on Spot', 'merged PR', 'on Spot'],
  ];
  return [
    `Tier ${tier}: idle ${dollars(idleMonth)} a month`,
    ...idle.map((line) => lineText(line, 2)),
    `Tier ${tier}: an issue, on demand and on Spot`,
    ...lines['on demand'].map((line, at) => {
      const spot = lines.spot[at]?.dollars ?? 0;
      return `${lineText(line, 4)}${spot === line.dollars ? '' : `  ${dollars(spot, 4)}`}`;
    }),
    `Tier ${tier}: by issues a month${tier === 'proxied' ? ', endpoints and proxy among them' : ''}`,
    `  ${row(head, widths)}`,
    ...volumes.map(({ issues, issue, afterFreeUse, month, mergedPullRequest }) => {
      const pair = (of: typeof issue, digits: number) => [
        dollars(of['on demand'], digits),
        dollars(of.spot, digits),
      ];
      const cells = [
        ...[String(issues), ...pair(issue, 4), ...pair(afterFreeUse, 4)],
        ...[...pair(month, 2), ...pair(mergedPullRequest, 2)],
      ];
      return `  ${row(cells, widths)}`;
    }),
  ].join('\n');
}

function lineText({ what, how, dollars: amount }: Line, digits: number): string {
  return `  ${row([what, how, dollars(amount, digits)], [28, 46, 8])}`;
}

function timeText({ timing }: Estimate): string {
  const { status, firstModelCall, pullRequest } = timing;
  return [
    'From the label, functions cold, assumed (lib/cdk/cost/timing.ts):',
    `  first visible status ${status.toFixed(0)} s, first model call ${firstModelCall.toFixed(0)} s, pull request ${(pullRequest / 60).toFixed(0)} min`,
  ].join('\n');
}
