import type { Stack } from 'aws-cdk-lib';
import { CfnResource, CliCredentialsStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';

/**
 * What a LocalStack-compatible endpoint refuses, so that the whole stack would fail. It stands behind this one
 * list; what an account gets of it is held by tests of the template.
 */
export const refusedTypes: ReadonlySet<string> = new Set([
  'AWS::Budgets::Budget',
  'AWS::EC2::FlowLog',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::Route53Resolver::FirewallDomainList',
  'AWS::Route53Resolver::FirewallRuleGroup',
  'AWS::Route53Resolver::FirewallRuleGroupAssociation',
]);

/** Deploys with the caller's own credentials: an emulator has no roles that `cdk bootstrap` made. */
export function emulatorSynthesizer(): IStackSynthesizer {
  return new CliCredentialsStackSynthesizer() as IStackSynthesizer;
}

/** Takes out of a stack what an emulator refuses. Nothing that stays refers to it. */
export function leaveOutRefused(stack: Stack): void {
  for (const found of stack.node.findAll()) {
    if (CfnResource.isCfnResource(found) && refusedTypes.has(found.cfnResourceType)) {
      found.node.scope?.node.tryRemoveChild(found.node.id);
    }
  }
}
