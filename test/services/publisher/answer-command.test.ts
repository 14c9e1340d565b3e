import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RefusedCommand } from '../../../lib/domain/command-refusal.ts';
import { answerCommand } from '../../../lib/services/publisher/answer-command.ts';
import { onPlayground } from './whole-run.ts';

let on: Awaited<ReturnType<typeof onPlayground>>;
beforeEach(async () => {
  on = await onPlayground();
});
afterEach(() => on.close());

const comments = async () => (await on.get('/issues/1/comments')) as { body: string }[];
const answered = (comment: string, change: Partial<RefusedCommand> = {}, ports = on.ports) =>
  answerCommand(ports, {
    ...{ repository: on.ref, issue: on.issue, name: 'stop', comment, by: 'maria' },
    ...{ refusal: { why: 'nothing-to-stop' } },
    ...change,
  });

test('who dies before the receipt leaves one comment; so does whose answer was lost', async () => {
  const { effects } = on.ports;
  const dying = { ...effects, receipt: () => Promise.reject(new Error('died')) };
  await expect(answered('7', {}, { ...on.ports, effects: dying })).rejects.toThrow('died');
  await answered('7');
  await answered('7');
  expect(await comments()).toHaveLength(1);
  on.proxy.loseEachOnce();
  await expect(answered('8')).rejects.toMatchObject({ name: 'ForgeUnavailable' });
  await answered('8');
  const [only, ...more] = await comments();
  expect(more).toEqual([]);
  expect(only?.body).toContain('#issuecomment-8');
  const posted = on.proxy.writes.filter((write) => write.startsWith('POST '));
  expect(posted).toHaveLength(1);
});

test('what was answered so long ago that its effect is gone is found by its mark', async () => {
  await answered('7');
  const forgetful = { ...on.ports.effects, list: async () => [], intend: on.ports.effects.intend };
  await answered('7', {}, { ...on.ports, effects: forgetful });
  expect(on.proxy.writes).toHaveLength(1);
});

test('two who answer at once on an issue leave one comment', async () => {
  const both = await Promise.allSettled([answered('7'), answered('8', { name: 'dance' })]);
  const [late] = both.filter(({ status }) => status === 'rejected');
  expect(late).toMatchObject({ reason: { name: 'ForgeUnavailable' } });
  await answered('7');
  await answered('8');
  expect(await comments()).toHaveLength(1);
});

test.each<[string, Partial<RefusedCommand>]>([
  ['a name', { name: 'x`](http://evil.example/)<img/src=y>@octo#1', refusal: { why: 'unknown' } }],
  [
    'a reason',
    {
      refusal: {
        why: 'nothing-to-pass',
        because: 'see @octo <!-- entropy:x --> fixes #1 [x](http://evil.example/)<img src=y>',
      },
    },
  ],
])('a reply holds nothing active, whatever is in %s', async (_what, asked) => {
  await answered('7', asked);
  const [reply] = await comments();
  const outside = reply?.body.replace(/`[^`]*`/g, '`') ?? '';
  expect(outside).not.toMatch(/http:\/\/evil|<img|@octo|fixes #1/);
  expect(outside.match(/<!-- entropy:/g)).toHaveLength(2);
});
