import { expect, test } from '@jest/globals';
import { eventLine } from '../../../bin/output/event-line.ts';
import type { LedgerEvent } from '../../../lib/domain/ledger.ts';

const event = (kind: string, data?: Record<string, unknown>) =>
  ({ kind, ...(data ? { data } : {}) }) as unknown as LedgerEvent;

test.each([
  ['run.admitted', { base: 'abcdef0123456' }, 'base abcdef0123 pinned'],
  ['run.admitted', { note: 'the issue is closed' }, 'stopped: the issue is closed'],
  ['stage.opened', { role: 'coder', round: 2 }, 'coder round 2: sandbox starts'],
  [
    'model.called',
    {
      ...{ role: 'coder', round: 1, turn: 3, dollars: 0.01234 },
      usage: { input: 1000, cacheRead: 500, output: 20 },
    },
    'coder: turn 3, 1,500 tokens in, 20 out, $0.0123',
  ],
  [
    'sandbox.tool.called',
    { tool: 'shell', command: 'npm test', exitCode: 1 },
    '  shell: npm test, not ok',
  ],
  [
    'sandbox.rewrite.tried',
    { step: 'fix', tries: 2, state: 'faulty', fault: '1 test fails: “a”.\nTraceback' },
    '  fix, try 2: not yet: 1 test fails: “a”.',
  ],
  ['sandbox.rewrite.tried', { step: 'test', tries: 1, state: 'taken' }, '  test, try 1: taken'],
  ['run.settled', { outcome: 'merged' }, 'ended: merged'],
])('%s reads: %j', (kind, data, line) => {
  expect(eventLine(event(kind, data))).toBe(line);
});

test('what a person would not miss has no line, and an event without data breaks nothing', () => {
  expect(eventLine(event('session.opened'))).toBeUndefined();
  expect(eventLine(event('toString'))).toBeUndefined();
  const kinds = ['model.called', 'effect.done', 'run.admitted', 'stage.failed'];
  for (const kind of [...kinds, 'sandbox.rewrite.tried']) {
    expect(eventLine(event(kind))).toEqual(expect.any(String));
  }
});

test('what is published is told once: not that comments of older runs were folded away', () => {
  const receipt = { id: '7', url: 'https://github.example/c/7' };
  const told = eventLine(event('effect.done', { kind: 'comment', receipt }));
  expect(told).toBe('published: comment https://github.example/c/7');
  const folded = event('effect.done', { kind: 'comment', receipt: { folded: true } });
  expect(eventLine(folded)).toBeUndefined();
});
