import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * Names of the SSM parameters that hold secrets. CloudFormation can't make a SecureString, and must not know
 * what is in one: `entropy init` puts them, and the stack grants them by name.
 */
export interface ParameterNames {
  readonly webhookSecret: string;
  readonly webhookSecretPrevious: string;
  readonly anthropicKey: string;
  readonly openaiKey: string;
  readonly compatibleKey: string;
}

/** The names of a deployment's parameters. */
export function parameterNames(deployment: string): ParameterNames {
  const named = (name: string) => `/entropy/${deployment}/${name}`;
  return {
    webhookSecret: named('webhook-secret'),
    webhookSecretPrevious: named('webhook-secret-previous'),
    anthropicKey: named('anthropic-key'),
    openaiKey: named('openai-key'),
    compatibleKey: named('openai-compatible-key'),
  };
}

/**
 * Lets a role read these parameters and no others. They are encrypted under the account's own key for SSM,
 * whose policy lets in whoever SSM lets in.
 */
export function grantParameters(role: IRole, names: readonly string[]): void {
  const stack = Stack.of(role);
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['ssm:GetParameter', 'ssm:GetParameters'],
      resources: names.map((name) =>
        stack.formatArn({
          service: 'ssm',
          resource: 'parameter',
          resourceName: name.slice(1),
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      ),
    }),
  );
}
