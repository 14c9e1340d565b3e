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
import { prices } from './prices.ts';
import { report } from './report.ts';
import type { CostTemplate } from './template.ts';
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
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const templates = { dns: templateOf('dns'), proxied: templateOf('proxied') };
  const estimated = estimate(templates, prices, priceOf(countedModel));
  console.log(values.json ? JSON.stringify(estimated, null, 2) : report(estimated));
}
