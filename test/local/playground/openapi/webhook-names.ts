/** Events that the playground sends, as `event.action`. */
export const webhookNames: readonly string[] = [
  ...[
    'assigned',
    'closed',
    'edited',
    'labeled',
    'opened',
    'reopened',
    'unassigned',
    'unlabeled',
  ].map((action) => `issues.${action}`),
  ...['created', 'edited'].map((action) => `issue_comment.${action}`),
  ...[
    'assigned',
    'closed',
    'converted_to_draft',
    'edited',
    'labeled',
    'opened',
    'ready_for_review',
    'reopened',
    'synchronize',
    'unassigned',
    'unlabeled',
  ].map((action) => `pull_request.${action}`),
  'pull_request_review.submitted',
  ...['completed', 'created'].map((action) => `check_run.${action}`),
];
