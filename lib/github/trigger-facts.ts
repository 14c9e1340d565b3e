import { ConfigInvalid } from '../domain/errors.ts';
import { defaultPolicy, policyPath } from '../domain/policy.ts';
import { parsePolicy } from '../domain/policy-file.ts';
import type { TriggerFacts, TriggerIntent } from '../domain/trigger.ts';
import { accessTo, type GitHubAccess, type RepositoryClient } from './access.ts';
import { listAll } from './client.ts';
import { hasStatus } from './failure.ts';

/** What GitHub says about a trigger's intent. Throws `ForgeFailed`. */
export async function readTriggerFacts(
  access: GitHubAccess,
  intent: TriggerIntent,
): Promise<TriggerFacts> {
  const within = accessTo(intent.repository, access);
  return within({ issues: 'read', contents: 'read', metadata: 'read' }, async (github) => {
    const { request, at } = github;
    const where = { ...at, issue_number: intent.issue };
    const issue = await request('GET /repos/{owner}/{repo}/issues/{issue_number}', where);
    const present = issue.data.labels.some(
      (label) => (typeof label === 'string' ? label : label.name) === intent.label,
    );
    const event = present ? await labelEvent(github, intent) : undefined;
    return {
      labelled: event && { eventId: event.id, by: event.by },
      issueState: issue.data.state === 'closed' ? 'closed' : 'open',
      permission: event ? await permissionOf(github, event.by) : 'none',
      bot: event?.bot ?? false,
      label: await triggerLabel(github),
    };
  });
}

/** The newest event that put the label on, and who did. */
async function labelEvent({ request, at }: RepositoryClient, intent: TriggerIntent) {
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/events';
  const events = await listAll((page) =>
    request(route, { ...at, issue_number: intent.issue, ...page }),
  );
  const newest = events.findLast(
    (event) => event.event === 'labeled' && 'label' in event && event.label?.name === intent.label,
  );
  if (newest?.actor == null) return undefined;
  return { id: String(newest.id), by: newest.actor.login, bot: newest.actor.type !== 'User' };
}

const roles = ['admin', 'maintain', 'write', 'triage', 'read', 'none'] as const;

async function permissionOf(
  { request, at }: RepositoryClient,
  username: string,
): Promise<TriggerFacts['permission']> {
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
  try {
    const { data } = await request(route, { ...at, username });
    // A role of the organization's own stands on one of the five, which is given beside it.
    const known = roles.find((role) => role === data.role_name);
    return known ?? roles.find((role) => role === data.permission) ?? 'none';
  } catch (error) {
    if (hasStatus(error, 404)) return 'none';
    throw error;
  }
}

/** From the default branch; a file that can't be read makes the run itself fail, and say why. */
async function triggerLabel({ request, at }: RepositoryClient): Promise<string> {
  try {
    const { data } = await request('GET /repos/{owner}/{repo}/contents/{path}', {
      ...at,
      path: policyPath,
    });
    if (Array.isArray(data) || data.type !== 'file') return defaultPolicy.trigger.label;
    const text = Buffer.from(data.content, 'base64').toString('utf8');
    return parsePolicy(text).trigger.label;
  } catch (error) {
    if (hasStatus(error, 404) || error instanceof ConfigInvalid) return defaultPolicy.trigger.label;
    throw error;
  }
}
