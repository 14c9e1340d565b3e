import { describe, expect, test } from '@jest/globals';
import { entrances } from '../../../lib/domain/entrance.ts';
import { RunHeld } from '../../../lib/domain/errors.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { askedBy } from '../../../lib/services/lifecycle/entrances.ts';
import { steps } from '../../../lib/services/lifecycle/steps.ts';

const run = 'r-0123456789abcdef0123';
const answer = {
  ...{ step: 'AnswerCommand', name: 'stop', comment: '12', by: 'maria', issue: '7' },
  repository: { forge: 'github', name: 'octo/calc' },
  refusal: { why: 'nothing-to-stop' },
};
const queue = { step: 'TellQueue', capacity: 2 };
const error = { Error: 'StageLost', Cause: 'nobody walks this run' };
const settle = { step: 'Settle', run, state: { error } };

const refused = (name: string) => expect.objectContaining({ name });
const asking = (entrance: string | undefined, event: unknown) => () => askedBy(entrance, event);

test('the lifecycle takes its steps, and no sign', () => {
  for (const step of Object.keys(steps)) {
    expect(askedBy(undefined, { step, run })).toMatchObject({ step, run });
  }
  for (const step of ['AnswerCommand', 'TellQueue', 'toString', '']) {
    expect(asking(undefined, { step })).toThrow(refused('NotFound'));
  }
});

test('each step of a run is done alone with it, by whichever way it is asked for', async () => {
  const lease = async (...asked: unknown[]) => {
    expect(asked[0]).toBe(run);
    return false;
  };
  const ports = { clock: { now: () => 1 }, runners: { lease } } as unknown as Ports;
  const asked = Object.keys(steps).map((step) => askedBy(undefined, { step, run }));
  for (const { work } of [...asked, askedBy('settling', settle)]) {
    await expect(work(ports)).rejects.toThrow(RunHeld);
  }
});

describe.each([
  ['signs', [answer, queue]],
  ['settling', [settle]],
] as const)('the entrance %s', (entrance, events) => {
  test('takes what it is for', () => {
    for (const event of events) {
      expect(askedBy(entrance, event)).toMatchObject({ step: event.step });
    }
  });

  test('takes no other step, of the lifecycle neither, nor what other entrances take', () => {
    const own = new Set<string>(events.map(({ step }) => step));
    const all = [...Object.keys(steps), 'AnswerCommand', 'TellQueue', 'toString', undefined, 7];
    for (const step of all.filter((one) => !own.has(String(one)))) {
      expect(asking(entrance, { ...settle, step })).toThrow(refused('NotFound'));
    }
  });
});

test('there is no other entrance', () => {
  expect(entrances).toEqual(['signs', 'settling']);
  for (const entrance of ['$LATEST', '1', 'toString', '']) {
    expect(asking(entrance, settle)).toThrow(refused('ScopeRefused'));
  }
});

test.each([
  ['of a person', { by: 'maria\n@octo' }],
  ['of an issue', { issue: '7/comments' }],
  ['of a comment', { comment: '0' }],
  ['of a repository', { repository: { forge: 'github', name: '../..' } }],
  ['of a forge', { repository: { forge: 'local', name: 'octo/calc' } }],
  ['too long', { name: 'x'.repeat(201) }],
  ['of no reason', { refusal: { why: 'because' } }],
  ['of a run that is none', { refusal: { why: 'busy', run: '](https://example.org)' } }],
  ['with more than there is', { body: 'hello' }],
])('a reply is refused that is %s', (_, wrong) => {
  expect(asking('signs', { ...answer, ...wrong })).toThrow(refused('ScopeRefused'));
});

test.each([
  { why: 'busy', run },
  { why: 'overtaken', run },
  { why: 'not-maintainer', permission: 'write' },
])('a reply says %j', (refusal) => {
  expect(askedBy('signs', { ...answer, refusal }).step).toBe('AnswerCommand');
});

test('nobody but the walk brings a run to a good end, or to one that says nothing', () => {
  const good = { admit: { proceed: true }, decision: { result: 'merged' } };
  for (const state of [good, { ...good, error }, {}]) {
    expect(asking('settling', { ...settle, state })).toThrow(refused('ScopeRefused'));
  }
  expect(asking('settling', { ...settle, quiet: true })).toThrow(refused('ScopeRefused'));
  expect(asking('signs', { ...queue, capacity: 0 })).toThrow(refused('ScopeRefused'));
});
