import {
  type CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';

/**
 * All that a stack is made of, whatever has become of it; by its ARN also of one that is gone, for 90 days. By pages:
 * DescribeStackResources gives a stack's first hundred resources and does not say that there are more. Throws what the
 * SDK throws.
 */
export async function stackResources(
  client: CloudFormationClient,
  StackName: string,
): Promise<readonly StackResourceSummary[]> {
  const found: StackResourceSummary[] = [];
  // A service that gives one page for ever would be asked for ever.
  const config = { client, stopOnSameToken: true };
  for await (const page of paginateListStackResources(config, { StackName })) {
    found.push(...(page.StackResourceSummaries ?? []));
  }
  return found;
}
