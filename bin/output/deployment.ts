import type { IdleCost } from '../deployment/toolkit.ts';
import { paint, printable, type Terminal, writeJson } from './terminal.ts';

/** What a deployment would do. */
export interface Plan {
  readonly stack: string;
  /** As the CDK's toolkit words it. */
  readonly diff: string;
  readonly cost: IdleCost;
}

/** A stack that stands. */
export interface Deployed {
  readonly account: string;
  readonly region: string;
  readonly stack: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Shows what would change and what an idle month costs. With `--json` as one object of type `plan`. */
export function writePlan({ stack, diff, cost }: Plan, { out, err, json }: Terminal): void {
  const { idleMonth, idle } = cost;
  if (json) {
    writeJson(out, { type: 'plan', stack, diff, idleMonth, idle });
    return;
  }
  err.write(`${printable(diff.trim())}\n\n`);
  for (const { what, how, dollars } of idle) {
    if (dollars >= 0.005) err.write(`  ${what.padEnd(20)} $${dollars.toFixed(2)}  ${how}\n`);
  }
  err.write(
    `${paint(err, 'bold', `an idle month costs $${idleMonth.toFixed(2)}`)}, by list prices of us-east-1; "npm run cost" has the price of an issue\n`,
  );
}

/** Says what stands now, and what to do next. With `--json` as one object of type `deployed`. */
export function writeDeployed(
  { account, region, stack, outputs }: Deployed,
  { out, json }: Terminal,
): void {
  if (json) {
    writeJson(out, { type: 'deployed', account, region, stack, outputs });
    return;
  }
  const hasApp = outputs.AppId !== undefined && outputs.AppId !== 'none';
  const next = hasApp
    ? '"entropy --aws doctor" looks at all of it'
    : '"entropy init" makes the GitHub App';
  out.write(`${paint(out, 'green', 'deployed')}  ${stack} in ${account}, ${region}
webhook   ${outputs.WebhookUrl ?? '-'}
operators ${outputs.OperatorRoleArn ?? '-'}
readers   ${outputs.ReaderRoleArn ?? '-'}
next      ${next}
`);
}
