import { expect, test } from '@jest/globals';
import { standing, type TriggerIntent } from '../../lib/domain/trigger.ts';
import { readTriggerFacts } from '../../lib/github/trigger-facts.ts';
import { playgroundWith } from './playground-fixture.ts';

const about = (repository: string, issue: string) =>
  ({ repository, issue: Number(issue), sender: 'maria' }) as const;
const rules = { label: 'entropy', comment: true };

test('says who put the label on, and with what permission', async () => {
  const { playground, repository, access, issue } = await playgroundWith();
  const number = Number(issue);
  const intent = { kind: 'label', label: 'entropy', ...about(repository, issue) } as const;
  const without = await readTriggerFacts(access, intent);
  expect(without).toMatchObject({ events: [{ name: 'bug' }], permission: 'none', rules });
  expect(without.issue).toMatchObject({ state: 'open', title: 'sum is wrong', labels: ['bug'] });
  const what = { repository, number, label: 'entropy' };
  await playground.label({ ...what, by: 'maria' });
  const first = await readTriggerFacts(access, intent);
  expect(first.permission).toBe('write');
  const put = { kind: 'label', name: 'entropy', by: 'maria', bot: false };
  expect(standing(first, 'label', 'Entropy')).toEqual({
    ...put,
    id: expect.stringMatching(/^\d+$/),
  });
  await playground.unlabel({ ...what, by: 'maria' });
  await playground.label({ ...what, by: 'octo' });
  const second = await readTriggerFacts(access, intent);
  expect(second.permission).toBe('admin');
  const again = standing(second, 'label', 'entropy');
  expect(again?.by).toBe('octo');
  expect(again?.id).not.toBe(standing(first, 'label', 'entropy')?.id);
  await playground.close();
});

test('says who assigned, not who was assigned', async () => {
  const { playground, repository, access, issue } = await playgroundWith();
  const number = Number(issue);
  await playground.assign({ repository, number, by: 'octo', assignee: 'stranger' });
  const intent = { kind: 'assignment', assignee: 'Stranger', ...about(repository, issue) } as const;
  const facts = await readTriggerFacts(access, intent);
  expect(facts.permission).toBe('admin');
  expect(standing(facts, 'assignment', 'stranger')).toMatchObject({ by: 'octo' });
  const path = `/repos/${repository}/issues/${number}/assignees`;
  await playground.request('octo', 'DELETE', path, { assignees: ['stranger'] });
  const after = await readTriggerFacts(access, intent);
  expect(standing(after, 'assignment', 'stranger')).toBeUndefined();
  expect(after.permission).toBe('none');
  await playground.close();
});

test('reads a comment and its author from where it stands', async () => {
  const { playground, repository, access, issue } = await playgroundWith();
  const number = Number(issue);
  const say = (by: string) => playground.comment({ repository, number, by, body: '/entropy' });
  const read = (comment: number, where = issue) => {
    const intent: TriggerIntent = {
      ...{ kind: 'comment', comment, command: true },
      ...about(repository, where),
    };
    return readTriggerFacts(access, intent);
  };
  const { id } = await say('maria');
  expect(await read(id)).toMatchObject({
    comment: { by: 'maria', bot: false, text: '/entropy' },
    permission: 'write',
  });
  expect((await read((await say('stranger')).id)).permission).toBe('read');
  await playground.addAccount('helper[bot]', 'Bot');
  await playground.setCollaborator(repository, 'helper[bot]', 'write');
  expect(await read((await say('helper[bot]')).id)).toMatchObject({
    comment: { bot: true },
    permission: 'none',
  });
  expect((await read(id + 1000)).comment).toBeUndefined();
  const other = await playground.createIssue({ repository, title: 'b', body: '', author: 'maria' });
  expect((await read(id, String(other.number))).comment).toBeUndefined();
  expect((await read(id, '999')).issue.state).toBe('gone');
  await playground.close();
});
