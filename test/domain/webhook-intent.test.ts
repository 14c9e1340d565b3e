import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TriggerIntent } from '../../lib/domain/trigger.ts';
import { intentOf, isRepositoryName } from '../../lib/domain/webhook-intent.ts';
import { anyDelivery, examples } from '../services/intake/payloads.ts';

const meaningful = [
  ...['issues.labeled', 'issues.assigned', 'issues.closed', 'issues.deleted', 'issues.edited'],
  ...['issues.transferred', 'issues.unassigned', 'issues.unlabeled', 'issue_comment.created'],
];

describe("GitHub's own examples", () => {
  test('are many', () => {
    expect(examples.length).toBeGreaterThan(700);
    expect(new Set(examples.map(({ event }) => event)).size).toBeGreaterThan(50);
  });

  test('mean something only where they are of an event that does', () => {
    const found = new Set<string>();
    for (const { event, payload } of examples) {
      const intent = intentOf(event, payload);
      const name = `${event}.${payload.action}`;
      if (typeof intent !== 'string') found.add(name);
      else if (meaningful.includes(name)) expect(intent).toMatch(/pull request|bots|lacks/);
    }
    // GitHub gives no example of an issue that is closed.
    expect([...found].sort()).toEqual(meaningful.filter((name) => name !== 'issues.closed').sort());
  });
});

interface Delivered {
  readonly sender?: { readonly type?: unknown; readonly login?: unknown };
  readonly issue?: { readonly number?: unknown; readonly pull_request?: unknown };
  readonly repository?: { readonly full_name?: unknown };
  readonly comment?: { readonly body?: unknown };
}

/** What no intent may be, whatever was sent. */
function expectSafe(intent: TriggerIntent, payload: Delivered): void {
  expect(intent.repository).toMatch(/^[A-Za-z0-9][\w-]*\/[\w.-]+$/);
  expect(intent.repository.split('/')).not.toContain('..');
  expect(intent.repository.split('/')).not.toContain('.');
  expect(intent.repository).toBe(payload.repository?.full_name);
  expect(Number.isSafeInteger(intent.issue) && intent.issue > 0).toBe(true);
  expect(payload.issue?.pull_request ?? null).toBeNull();
  if (intent.kind === 'change') return;
  expect(payload.sender?.type).toBe('User');
  expect(intent.sender).toMatch(/^[\w-]+$/);
  if (intent.kind === 'comment') {
    expect(String(payload.comment?.body)).not.toContain('<!-- entropy:');
  }
}

test('ten thousand generated deliveries: no error, and no intent that is unsafe', () => {
  let intents = 0;
  fc.assert(
    fc.property(anyDelivery, ({ event, payload }) => {
      const intent = intentOf(event, payload);
      if (typeof intent === 'string') return;
      intents += 1;
      expectSafe(intent, payload as Delivered);
      expect(JSON.parse(JSON.stringify(intent))).toEqual(intent);
    }),
    { numRuns: 10_000, seed: 4 },
  );
  // Else the test would show nothing.
  expect(intents).toBeGreaterThan(1000);
});

test.each(['ada/engine', 'a/b', 'ada_corp/x', 'Ada-1/.github', 'ada/a..b'])(
  '%s is a name',
  (name) => expect(isRepositoryName(name)).toBe(true),
);
test.each(['', 'ada', '/x', 'ada/', 'ada/.', 'ada/..', '../x', 'a/b/c', 'a/b c', '-a/b', 'a/b\n'])(
  '%j is none',
  (name) => expect(isRepositoryName(name)).toBe(false),
);
