import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts one finding of cdk-nag on one construct and what is below it, and says why. A finding that has a
 * part of its own is named with it: `AwsSolutions-IAM5[Resource::*]`. A test fails where there is none.
 */
export function acknowledge(scope: IConstruct, finding: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: finding, reason });
}
