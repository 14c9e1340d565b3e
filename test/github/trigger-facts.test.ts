import { expect, test } from '@jest/globals';
import { readTriggerFacts } from '../../lib/github/trigger-facts.ts';
import { playgroundWith } from './playground-fixture.ts';

test('says who put the label on, and with what permission', async () => {
  const { playground, repository, access, issue } = await playgroundWith();
  const number = Number(issue);
  const intent = {
    ...{ kind: 'label' as const, repository, issue: number, label: 'entropy' },
    sender: 'maria',
  };
  const without = await readTriggerFacts(access, intent);
  expect(without).toMatchObject({ labelled: undefined, permission: 'none', issueState: 'open' });
  const what = { repository, number, label: 'entropy' };
  await playground.label({ ...what, by: 'maria' });
  const first = await readTriggerFacts(access, intent);
  expect(first).toEqual({
    labelled: { eventId: expect.stringMatching(/^\d+$/), by: 'maria' },
    issueState: 'open',
    permission: 'write',
    bot: false,
    label: 'entropy',
  });
  await playground.unlabel({ ...what, by: 'maria' });
  await playground.label({ ...what, by: 'octo' });
  const second = await readTriggerFacts(access, intent);
  expect(second).toMatchObject({ labelled: { by: 'octo' }, permission: 'admin' });
  expect(second.labelled?.eventId).not.toBe(first.labelled?.eventId);
  await playground.close();
});
