import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { priceOf } from '../../providers/prices.ts';
import type { EgressTier } from '../deployment.ts';
import { EntropyStack } from '../entropy-stack.ts';
import { projectContext } from '../project-context.ts';
import { imageByName } from '../sandbox-image.ts';
import { readSettings } from '../settings.ts';
import { estimate } from './estimate.ts';
import { idleLines } from './idle.ts';
import { prices } from './prices.ts';
import { report } from './report.ts';
import { type CostTemplate, sum } from './template.ts';
import { countedModel } from './tokens.ts';

/** Of the form of the image that `entropy deploy` names; which one it is costs the same. */
const image = `111122223333.dkr.ecr.us-east-1.amazonaws.com/entropy@sha256:${'0'.repeat(64)}`;

/** The template that would be deployed, but for the functions' code. */
export function templateOf(tier: EgressTier): CostTemplate {
  const context: Record<string, unknown> = { ...projectContext() };
  const { deployment } = readSettings((name) => ({ ...context, tier })[name]);
  const app = new App({ context, analyticsReporting: false });
  const stack = new EntropyStack(app, 'Entropy', {
    deployment: {
      ...deployment,
      image: () => imageByName(image, { local: false }),
      code: () => Code.fromInline('exports.handler = async () => undefined;'),
    },
  });
  return app.synth().getStackArtifact(stack.artifactId).template as CostTemplate;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      // Of a template that was synthesized before: its idle month alone.
      template: { type: 'string' },
    },
  });
  if (values.template !== undefined) tellIdle(values.template);
  else tellAll(values.json);
}

function tellIdle(file: string): void {
  const idle = idleLines(JSON.parse(readFileSync(file, 'utf8')) as CostTemplate, prices);
  console.log(JSON.stringify({ idleMonth: sum(idle), idle }));
}

function tellAll(json: boolean): void {
  const templates = { dns: templateOf('dns'), proxied: templateOf('proxied') };
  const estimated = estimate(templates, prices, priceOf(countedModel));
  console.log(json ? JSON.stringify(estimated, null, 2) : report(estimated));
}
