import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Deployment } from '../../lib/cdk/deployment.ts';
import { EntropyStack } from '../../lib/cdk/entropy-stack.ts';
import { projectContext } from '../../lib/cdk/project-context.ts';
import { imageByName } from '../../lib/cdk/sandbox-image.ts';

const context = { ...projectContext() };

/** Where the stack of a test is deployed to, so to speak. */
const env = { account: '111122223333', region: 'eu-west-1' };
const digest = 'sha256:'.padEnd(71, 'a');
/** An image in the account's own ECR, as `entropy deploy` names it. */
export const imageUri = `${env.account}.dkr.ecr.${env.region}.amazonaws.com/entropy@${digest}`;

/** A deployment as the settings leave it, its functions' code left out. */
const plain: Deployment = {
  name: 'entropy',
  tier: 'dns',
  allow: ['packages.example.org'],
  acceptPrivate: false,
  proxyHours: 250,
  capacity: 10,
  spot: false,
  retention: { mode: 'GOVERNANCE', days: 400 },
  keepData: true,
  architecture: 'ARM64',
  image: () => imageByName(imageUri, { local: false }),
  code: () => Code.fromInline('exports.handler = async () => undefined;'),
  githubApi: 'https://api.github.com',
  minutes: { sweep: 5, dispatch: 5 },
  reserved: false,
  monthlyDollars: 50,
  budgetByTag: false,
};

/** The stack of a deployment that differs from the plain one as given. */
export function stackOf(changes: Partial<Deployment> = {}): EntropyStack {
  const app = new App({ context, analyticsReporting: false });
  return new EntropyStack(app, 'Entropy', { env, deployment: { ...plain, ...changes } });
}

/** A resource of a template, as far as tests look at it. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have every shape there is
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** A template with its resources by type. */
export interface Synthesized {
  readonly stack: Stack;
  readonly template: Template;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly resources: Readonly<Record<string, Resource>>;
  /** `[logical id, resource]` of each resource of a type. */
  of(type: string): [string, Resource][];
  /** The properties of the only resource of a type. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  only(type: string): Record<string, any>;
}

/** The template of a deployment. */
export function synthesized(changes: Partial<Deployment> = {}): Synthesized {
  return readBack(stackOf(changes));
}

/** The template of a stack. */
export function readBack(stack: Stack): Synthesized {
  const template = Template.fromStack(stack);
  const { Resources: resources, Outputs: outputs } = template.toJSON() as {
    Resources: Record<string, Resource>;
    Outputs: Record<string, { Value: unknown }>;
  };
  const of = (type: string) =>
    Object.entries(resources).filter(([, resource]) => resource.Type === type);
  const only = (type: string) => {
    const found = of(type);
    if (found.length !== 1) throw new Error(`${found.length} resources of ${type}`);
    return found[0]?.[1].Properties ?? {};
  };
  return { stack, template, outputs, resources, of, only };
}
