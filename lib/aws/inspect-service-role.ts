import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { type Finding, good, wrong } from '../domain/finding.ts';
import { unseen } from './inspect-quotas.ts';

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html */
const serviceRole = 'AWSServiceRoleForECS';

/**
 * Whether ECS has its own role in the account. Before its first use there is none, and a cluster with capacity providers
 * can't be made. The role is the account's, for all that use ECS in it, so no stack can own it. Never throws.
 */
export async function inspectServiceRole(iam: IAMClient): Promise<Finding> {
  const name = 'ecs role';
  try {
    await iam.send(new GetRoleCommand({ RoleName: serviceRole }));
    return good(name, serviceRole);
  } catch (error) {
    if ((error as Error).name !== 'NoSuchEntityException') {
      return unseen(name, error, 'iam:GetRole');
    }
    const detail = `${serviceRole} does not exist, without which ECS makes no cluster with capacity providers`;
    const fix =
      'once in an account: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com';
    return wrong(name, detail, fix);
  }
}
