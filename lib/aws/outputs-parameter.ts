/**
 * The parameter of SSM in which a deployment says what it is made of: the stack's outputs as one JSON object. Whoever
 * looks after runs reads it there, since CloudFormation grants no look at one stack by its name without a wildcard.
 */
export function outputsParameter(deployment: string): string {
  return `/entropy/${deployment}/outputs`;
}
