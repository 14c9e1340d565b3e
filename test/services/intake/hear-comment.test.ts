import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defaultBudget } from '../../../lib/domain/budget.ts';
import type { Run } from '../../../lib/domain/run.ts';
import { readTriggerFacts } from '../../../lib/github/trigger-facts.ts';
import { drainInbox } from '../../../lib/services/intake/drain.ts';
import type { IntakeOptions } from '../../../lib/services/intake/intake-options.ts';
import { answerCommand } from '../../../lib/services/publisher/answer-command.ts';
import { onPlayground } from '../publisher/whole-run.ts';

let on: Awaited<ReturnType<typeof onPlayground>>;
let options: IntakeOptions;
let heard = 0;

beforeEach(async () => {
  on = await onPlayground();
  const { playground, ports, access } = on;
  for (const [login, permission] of [
    ['keeper', 'maintain'],
    ['helper', 'triage'],
  ] as const) {
    await playground.setCollaborator(on.repository, login, permission);
  }
  options = {
    readFacts: (intent) => readTriggerFacts(access, intent),
    reply: (reply) => answerCommand(ports, reply),
    giveUp: async () => true,
    settings: {
      model: { provider: 'replay', model: 'none' },
      ...{ roleModels: {}, budget: defaultBudget, sandbox: 'process' },
    },
  };
});
afterEach(() => on.close());

const where = (number: number) => ({ repository: on.repository, number });

/** Has somebody say it, and the intake hear of it. Gives what the log says. */
async function say(body: string, by = 'maria', number = 2): Promise<readonly string[]> {
  const { id } = await on.playground.comment({ ...where(number), by, body });
  return hear(id, by, number);
}
/** Changes what a comment says, until GitHub's clock, which counts in seconds, has moved on since it was made. */
async function edit(comment: number, by: string, body: string): Promise<void> {
  const path = `/repos/${on.repository}/issues/comments/${comment}`;
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await on.playground.request(by, 'PATCH', path, { body });
    const { created_at, updated_at } = answer.body as { created_at: string; updated_at: string };
    if (created_at !== updated_at) return;
    await sleep(50);
  }
  throw new Error('the clock stands still');
}
async function hear(comment: number, sender: string, number = 2): Promise<readonly string[]> {
  heard += 1;
  const id = `heard-${heard}`;
  const about = { repository: on.repository, issue: number, sender };
  const intent = { kind: 'comment', ...about, comment, command: true };
  const keys = { bodyHash: id, semanticKey: id, event: 'issue_comment', receivedAt: Date.now() };
  await on.ports.inbox.accept({ id, ...keys, intent });
  return (await drainInbox(on.ports, options)).done.map(({ note }) => note);
}
const replies = async (number = 2) => {
  const path = `/issues/${number}/comments`;
  const all = (await on.get(path)) as { id: number; body: string; user: { type: string } }[];
  return all.filter(({ user }) => user.type === 'Bot');
};
/** An issue that no run has been at; the fixture's run is at the first. */
const anotherIssue = () =>
  on.playground.createIssue({
    ...{ repository: on.repository, author: 'maria', title: 'Another', body: 'One.' },
  });

test('a command that comes to nothing is answered with why and what would work, in one comment', async () => {
  await anotherIssue();
  const told = async (body: string, by?: string) => {
    const notes = await say(body, by);
    const all = await replies();
    expect(all).toHaveLength(1);
    expect(all[0]?.body).toContain(`of \`${by ?? 'maria'}\`: `);
    return { id: all[0]?.id, text: all[0]?.body.split('\n')[0], note: notes.join() };
  };
  const retry = await told('/entropy retry');
  expect(retry).toMatchObject({
    note: 'no run to start anew: told so',
    text: expect.stringMatching(/`\/entropy retry`.* there was no run .* `\/entropy` starts a run/),
  });
  for (const [body, by, note, text] of [
    ['/entropy stop', 'maria', 'no run to stop', /no run is at this issue. `\/entropy` starts/],
    ['/entropy answer 42', 'octo', 'no question waits', /no question waits for an answer/],
    ['/entropy let-pass', 'maria', 'write permission', /maintain or admin .* is `write`/],
    ['/entropy let-pass', 'keeper', 'there was no run', /can be let pass: there was no run/],
    ['/entropy dance', 'maria', 'no command dance', /there is no such command/],
  ] as const) {
    expect(await told(body, by)).toEqual({
      id: retry.id,
      note: expect.stringMatching(new RegExp(`^${note}.*: told so$`)),
      text: expect.stringMatching(text),
    });
  }
  await on.playground.closeIssue({ ...where(2), by: 'maria' });
  expect((await told('/entropy')).text).toMatch(/the issue is closed. Reopen it/);
  expect(await on.ports.runs.list()).toHaveLength(1);
});

test('a run that is there is named, and what may be done about it', async () => {
  const run = await on.run();
  // It was queued long before anybody spoke.
  for (const body of ['/entropy', '/entropy run', '/entropy retry']) {
    expect(await say(body, 'maria', 1)).toEqual([`${run.id} is at it: told so`]);
  }
  const [reply, ...more] = await replies(1);
  expect(more).toEqual([]);
  expect(reply?.body).toMatch(`run \`${run.id}\` is at this issue already. \`/entropy stop\``);
  const ended: Partial<Run> = { status: 'settled', outcome: 'refused', settledAt: Date.now() };
  await on.ports.runs.update(run.id, ['running'], ended, []);
  await say('/entropy let-pass', 'keeper', 1);
  expect((await replies(1))[0]?.body).toMatch(/no change that was stopped: refused. `.* retry`/);
});

test('who may not command gets no answer, nor does a bot, our own App or what is no command', async () => {
  await anotherIssue();
  expect(await say('/entropy dance', 'stranger')).toEqual([expect.stringMatching(/^stranger has/)]);
  expect(await say('/entropy retry', 'helper')).toEqual([expect.stringMatching(/^helper has tri/)]);
  expect(await say('Nothing to see here.')).toEqual([
    expect.stringMatching(/^no (question|command)/),
  ]);
  expect(await replies()).toEqual([]);
  // The App's own words, held against what GitHub says of who wrote them.
  const own = await on.ports.forgeOf(await on.run()).comment('2', '/entropy dance');
  expect(await hear(Number(own.id), 'maria')).toEqual(['bots never trigger']);
  const marked = '/entropy dance\n\n<!-- entropy:commands -->';
  expect(await say(marked)).toEqual(['a comment of our own']);
  expect((await replies()).map(({ id }) => String(id))).toEqual([own.id]);
  expect(on.proxy.writes).toHaveLength(1);
});

test('where commands are switched off, nothing is answered', async () => {
  await anotherIssue();
  const { readFacts } = options;
  options = {
    ...options,
    readFacts: async (intent) => {
      const facts = await readFacts(intent);
      return { ...facts, rules: { ...facts.rules, comment: false } };
    },
  };
  expect(await say('/entropy dance')).toEqual([expect.stringMatching(/comment is false/)]);
  expect(await replies()).toEqual([]);
});

test('while GitHub takes no comment the delivery waits, and is then answered once', async () => {
  await anotherIssue();
  const post = { method: 'POST', path: '/issues/2/comments', kind: 'status', status: 502 } as const;
  await on.playground.addFault({ ...post, times: 50 });
  expect(await say('/entropy stop')).toEqual([]);
  expect(await on.ports.inbox.pending(9)).toHaveLength(1);
  await on.playground.clearFaults();
  on.proxy.loseEachOnce();
  // The comment is made and the answer lost; the next look finds it.
  expect((await drainInbox(on.ports, options)).done).toEqual([]);
  expect(await replies()).toHaveLength(1);
  const { done } = await drainInbox(on.ports, options);
  expect(done.map(({ note }) => note)).toEqual(['no run to stop: told so']);
  expect(await replies()).toHaveLength(1);
});

test("a comment that was edited is nobody's command, whoever wrote it and whoever may write", async () => {
  await anotherIssue();
  // Who may write may edit what a maintainer said.
  const said = (by: string, body: string) => on.playground.comment({ ...where(2), by, body });
  const theirs = await said('keeper', 'I will look at it.');
  await edit(theirs.id, 'octo', '/entropy let-pass');
  expect(await hear(theirs.id, 'keeper')).toEqual(['the comment was edited: told so']);
  const [reply] = await replies();
  expect(reply?.body).toMatch(/the comment was edited since it was made.* in a new comment/);
  const own = await said('maria', '/entropy');
  await edit(own.id, 'maria', '/entropy ');
  expect(await hear(own.id, 'maria')).toEqual(['the comment was edited: told so']);
  expect(await on.ports.runs.list()).toHaveLength(1);
  // Strangers can't make it speak so either.
  const strange = await said('stranger', 'Hello.');
  await edit(strange.id, 'octo', '/entropy');
  expect(await hear(strange.id, 'stranger')).toEqual([expect.stringMatching(/^stranger has/)]);
  expect(await hear((await said('maria', '/entropy')).id, 'maria')).toEqual([
    expect.stringMatching(/^run r-/),
  ]);
});

test('an answer that was edited is not taken, and gets none', async () => {
  const run = await on.run();
  const ended = { outcome: 'question', note: 'Which?', settledAt: Date.now() } as const;
  await on.ports.runs.update(run.id, ['running'], { status: 'settled', ...ended }, []);
  const { id } = await on.playground.comment({ ...where(1), by: 'maria', body: 'The first.' });
  await edit(id, 'octo', 'The second.');
  expect(await hear(id, 'maria', 1)).toEqual(['the comment was edited']);
  expect(await replies(1)).toEqual([]);
  expect(await say('The first.', 'maria', 1)).toEqual([expect.stringMatching(/^run r-/)]);
});
