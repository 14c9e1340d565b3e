import { createRequire } from 'node:module';
import fc from 'fast-check';

/** One of GitHub's own examples of what a webhook sends. */
export interface Example {
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

interface Definition {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}

const require = createRequire(import.meta.url);
const releases: readonly (readonly Definition[])[] = [
  require('@octokit/webhooks-examples/api.github.com/index.json'),
  require('@octokit/webhooks-examples/ghes-31/index.json'),
  require('@octokit/webhooks-examples/ghes-32/index.json'),
  require('@octokit/webhooks-examples/ghes-33/index.json'),
  require('@octokit/webhooks-examples/ghes-34/index.json'),
  require('@octokit/webhooks-examples/ghes-35/index.json'),
];

/** Every example of github.com and of each release of GitHub Enterprise Server. */
export const examples: readonly Example[] = releases
  .flat()
  .flatMap(({ name, examples: payloads }) => payloads.map((payload) => ({ event: name, payload })));

/** Those that a run could come of, made to be about an issue and by a person. */
const apt = examples.filter(
  ({ event, payload }) =>
    (event === 'issues' && ['labeled', 'assigned', 'closed'].includes(String(payload.action))) ||
    (event === 'issue_comment' && payload.action === 'created'),
);

/** Values that break naive readers. */
const odd = fc.oneof(
  fc.constantFrom(
    ...[null, true, 0, -1, 1.5, 2 ** 53, '', '../../etc/passwd', '..', 'a/..', 'ada/../x', [], {}],
    ...['Bot', 'helper[bot]', 'ada/engine\n', 'ada/engine/x', '/entropy', '<!-- entropy:x -->'],
    ...['__proto__', 'constructor', '\u0000', '\ud800', 'ada', 'User', 'a'.repeat(5000)],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The fields that decide, and any other. */
const paths = [
  ...['action', 'issue', 'issue.number', 'issue.pull_request', 'issue.updated_at', 'label'],
  ...['label.name', 'assignee', 'assignee.login', 'comment', 'comment.id', 'comment.body'],
  ...[
    'repository',
    'repository.full_name',
    'sender',
    'sender.login',
    'sender.type',
    'installation',
  ],
];

const mutated = fc
  .tuple(
    fc.constantFrom(...apt),
    fc.array(fc.tuple(fc.constantFrom(...paths), odd), { minLength: 0, maxLength: 4 }),
  )
  .map(([{ event, payload }, changes]): { event: string; payload: unknown } => {
    const copy = structuredClone(payload);
    for (const [path, value] of changes) put(copy, path.split('.'), value);
    return { event, payload: copy };
  });

function put(target: Record<string, unknown>, [first = '', ...rest]: string[], value: unknown) {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  if (typeof inner === 'object' && inner !== null) put(inner as typeof target, rest, value);
}

const random = fc.record({
  event: fc.oneof(
    fc.constantFrom('issues', 'issue_comment', 'ping'),
    fc.stringMatching(/^\w{1,20}$/),
  ),
  payload: fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>,
});

/** Deliveries nobody would send: good ones with a few fields gone bad, and any JSON at all. */
export const anyDelivery = fc.oneof(
  { weight: 4, arbitrary: mutated },
  { weight: 1, arbitrary: random },
);
