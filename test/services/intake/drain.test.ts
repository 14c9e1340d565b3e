import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defaultBudget } from '../../../lib/domain/budget.ts';
import { ForgeUnavailable, StorageFailed } from '../../../lib/domain/errors.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { type Run, runIdOf } from '../../../lib/domain/run.ts';
import { readTriggerFacts } from '../../../lib/github/trigger-facts.ts';
import { drainInbox } from '../../../lib/services/intake/drain.ts';
import type { GivenUp, IntakeOptions } from '../../../lib/services/intake/intake-options.ts';
import { answerCommand } from '../../../lib/services/publisher/answer-command.ts';
import { playgroundWith } from '../../github/playground-fixture.ts';
import { intakePorts } from './intake-ports.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
let ports: Ports;
let close: () => void;
let options: IntakeOptions;
let deliveries = 0;
let receivedAt = 0;
let isKept = true;
let givenUp: GivenUp[] = [];

beforeEach(async () => {
  receivedAt = Date.now();
  isKept = true;
  givenUp = [];
  github = await playgroundWith();
  ({ ports, close } = await intakePorts(github.forge));
  options = {
    readFacts: (intent) => readTriggerFacts(github.access, intent),
    reply: (reply) => answerCommand(ports, reply),
    giveUp: async (given) => {
      givenUp.push(given);
      return isKept;
    },
    settings: {
      model: { provider: 'replay', model: 'none' },
      ...{ roleModels: {}, budget: defaultBudget, sandbox: 'process' },
    },
  };
});
afterEach(async () => {
  close();
  await github.playground.close();
});

async function deliver(intent: Record<string, unknown>) {
  deliveries += 1;
  const id = `delivery-${deliveries}`;
  const keys = { bodyHash: id, semanticKey: id, event: 'issues', receivedAt };
  const about = { repository: github.repository, issue: Number(github.issue), sender: 'maria' };
  await ports.inbox.accept({ id, ...keys, intent: { ...about, ...intent } });
}
async function drained(): Promise<string[]> {
  return (await drainInbox(ports, options)).done.map(({ note }) => note);
}
const labelled = { kind: 'label', label: 'entropy' };
const where = () => ({ repository: github.repository, number: Number(github.issue) });
const label = (by: string) => github.playground.label({ ...where(), by, label: 'entropy' });

/** A run that is at the issue, as far as its records tell. */
async function running(change: Partial<Run> = {}): Promise<Run> {
  await label('maria');
  await deliver(labelled);
  await drained();
  const [run] = await ports.runs.list();
  const id = run?.id ?? '';
  const [repository, issue] = [{ forge: 'github', name: github.repository } as const, github.issue];
  const key = `github:${repository.name}#${issue}`;
  const { fence } = await ports.claims.acquire(
    { key, run: id, now: Date.now(), until: Date.now() + 60_000 },
    [],
  );
  return ports.runs.update(id, ['queued'], { status: 'running', fence, ...change }, []);
}
const asked = async (id: string) => {
  const run = await ports.runs.get(id);
  return (await ports.claims.get(`github:${run?.repository.name}#${run?.issue}`))?.cancelAt;
};

test('a delivery waits while GitHub is away, and what is wrong with one is no matter to others', async () => {
  await label('maria');
  await deliver(labelled);
  const path = `/issues/${github.issue}$`;
  await github.playground.addFault({ method: 'GET', path, kind: 'status', status: 502, times: 50 });
  expect(await drainInbox(ports, options)).toEqual({ done: [], waiting: 1 });
  await github.playground.clearFaults();
  await deliver({ kind: 'label', label: 'entropy', repository: 'octo/nothing' });
  await deliver({ kind: 'comment', command: true, comment: 'x' });
  await deliver({ kind: 'nonsense' });
  expect(await drained()).toEqual([
    expect.stringMatching(/^run r-/),
    expect.stringMatching(/^ForgeFailed: .*not installed on octo.nothing|gone/),
    'the comment is no longer there',
    expect.stringMatching(/^given up after 0 minutes: TypeError: /),
  ]);
  // What GitHub refuses is an answer; what is wrong on our side is not.
  expect(givenUp.map(({ intent }) => intent.kind)).toEqual(['nonsense']);
  expect(await ports.inbox.pending(10)).toEqual([]);
});

test('what can never be done comes back for a day, and is then given up where it is seen', async () => {
  const broken = { ...options, reply: () => Promise.reject(new ForgeUnavailable('it broke')) };
  const { id } = await github.playground.comment({ ...where(), by: 'maria', body: '/entropy stp' });
  const day = 24 * 3_600_000;
  receivedAt = Date.now() - day + 3_600_000;
  await deliver({ kind: 'comment', comment: id, command: true });
  expect(await drainInbox(ports, broken)).toEqual({ done: [], waiting: 1 });
  expect(givenUp).toEqual([]);
  ports = { ...ports, clock: { now: () => receivedAt + day + 1 } };
  // Where that can't be kept, it is not lost.
  isKept = false;
  expect(await drainInbox(ports, broken)).toEqual({ done: [], waiting: 1 });
  isKept = true;
  const { done, waiting } = await drainInbox(ports, broken);
  const note = 'given up after 1440 minutes: ForgeUnavailable: it broke';
  expect({ note: done[0]?.note, waiting }).toEqual({ note, waiting: 0 });
  const intent = expect.objectContaining({ kind: 'comment', comment: id });
  expect(givenUp.at(-1)).toEqual({
    id: done[0]?.delivery,
    event: 'issues',
    receivedAt,
    note,
    intent,
  });
  expect(await ports.inbox.pending(10)).toEqual([]);
});

test('where the store fails, nothing is taken for done', async () => {
  await deliver(labelled);
  const readFacts = () => Promise.reject(new StorageFailed('full'));
  await expect(drainInbox(ports, { ...options, readFacts })).rejects.toThrow('full');
  expect(await ports.inbox.pending(10)).toHaveLength(1);
});

test("only whoever may write triggers, on GitHub's own word", async () => {
  await label('octo');
  await github.playground.unlabel({ ...where(), by: 'octo', label: 'entropy' });
  await deliver(labelled);
  expect(await drained()).toEqual(['the label entropy is no longer there']);
  await deliver({ kind: 'label', label: 'bug' });
  expect(await drained()).toEqual(['the label bug starts nothing here']);
  const { id } = await github.playground.comment({ ...where(), by: 'stranger', body: '/entropy' });
  await deliver({ kind: 'comment', comment: id, command: true, sender: 'octo' });
  expect(await drained()).toEqual(['stranger has read permission; write is needed']);
  const own = `/entropy\n\n<!-- entropy:r-1/comment/status -->`;
  const ours = await github.playground.comment({ ...where(), by: 'maria', body: own });
  await deliver({ kind: 'comment', comment: ours.id, command: true });
  expect(await drained()).toEqual(['a comment of our own']);
  expect(await ports.runs.list()).toEqual([]);
});

test('the same comment is the same run; rules can switch commands off', async () => {
  const { id } = await github.playground.comment({ ...where(), by: 'maria', body: '/entropy' });
  const comment = { kind: 'comment', comment: id, command: true };
  const repository = { forge: 'github', name: github.repository } as const;
  const run = runIdOf(repository, github.issue, String(id));
  const quiet = {
    ...options,
    readFacts: async (intent: Parameters<typeof options.readFacts>[0]) => {
      const facts = await options.readFacts(intent);
      return { ...facts, rules: { ...facts.rules, comment: false } };
    },
  };
  await deliver(comment);
  const [off] = (await drainInbox(ports, quiet)).done;
  expect(off?.note).toMatch(/trigger\.comment is false/);
  await deliver(comment);
  await deliver(comment);
  expect(await drained()).toEqual([`run ${run}`, `run ${run}, which was there`]);
});

test('a command that there is not is answered in one reply, to whom may command alone', async () => {
  const { playground } = github;
  const say = async (by: string, body: string) => {
    const { id } = await playground.comment({ ...where(), by, body });
    await deliver({ kind: 'comment', comment: id, command: true, sender: by });
    return drained();
  };
  const comments = async () => {
    const [repository] = (await playground.snapshot()).repositories;
    const issue = repository?.issues.find(({ number }) => String(number) === github.issue);
    return (issue?.comments ?? []).filter(({ author }) => author.endsWith('[bot]'));
  };
  expect(await say('stranger', '/entropy dance')).toEqual([expect.stringMatching(/^stranger has/)]);
  expect(await comments()).toEqual([]);
  expect(await say('maria', '/entropy Stp now')).toEqual(['no command stp: told so']);
  const [first] = await comments();
  expect(first?.body).toMatch(
    /`\/entropy stp`.* there is no such command\. Did you mean `\/entropy stop`\?/,
  );
  expect(first?.body).toContain('| `/entropy let-pass` |');
  // What it says triggers nothing itself, and a name can't hold anything active.
  await deliver({ kind: 'comment', comment: first?.id, command: true, sender: 'maria' });
  expect(await drained()).toEqual(['a comment of our own']);
  await say('maria', '/entropy <img/src=x>@octo`#1');
  const [second, ...more] = await comments();
  expect(more).toEqual([]);
  expect(second?.id).toBe(first?.id);
  expect(second?.body).toContain('[`/entropy <img/src=x>@octo #1`](#');
  const path = `/repos/${github.repository}/issues/comments/`;
  const updated = second?.updatedAt;
  // Heard again, as after a crash, it says nothing twice.
  const again = (await playground.snapshot()).repositories[0]?.issues[0]?.comments.at(-1);
  await deliver({ kind: 'comment', comment: again?.id, command: true });
  await drained();
  expect((await comments())[0]?.updatedAt).toBe(updated);
  await playground.addFault({ method: 'PATCH', path, kind: 'status', status: 404, times: 1 });
  await say('maria', '/entropy jump');
  expect(await comments()).toHaveLength(2);
});

test('what is heard long after it was said is not about what came since', async () => {
  const minutesAgo = (ago: number) => ({
    ...options,
    readFacts: async (intent: Parameters<typeof options.readFacts>[0]) => {
      const facts = await options.readFacts(intent);
      const at = Date.now() - ago * 60_000;
      return facts.comment === undefined ? facts : { ...facts, comment: { ...facts.comment, at } };
    },
  });
  const heard = async (body: string, ago: number) => {
    const { id } = await github.playground.comment({ ...where(), by: 'octo', body });
    await deliver({ kind: 'comment', comment: id, command: body.startsWith('/'), sender: 'octo' });
    return (await drainInbox(ports, minutesAgo(ago))).done.map(({ note }) => note);
  };

  const run = await running();
  for (const body of ['/entropy', '/entropy retry', '/entropy let-pass', '/entropy stop']) {
    expect(await heard(body, 5)).toEqual([`${run.id} is newer than what was said: told so`]);
  }
  expect(await asked(run.id)).toBeUndefined();
  const ended = { outcome: 'question', note: 'Which?', settledAt: Date.now() } as const;
  await ports.runs.update(run.id, ['running'], { status: 'settled', ...ended }, []);
  expect(await heard('Here is what I saw.', 1)).toEqual([`${run.id} is newer than what was said`]);
  expect(await heard('The second.', 0)).toEqual([expect.stringMatching(/^run r-/)]);
});

test('an issue that its own merge closed stops nothing; closed by anybody else it does', async () => {
  const run = await running({ pullRequest: { number: 2, url: '' } });
  await github.playground.closeIssue({ ...where(), by: 'maria' });
  const merged = async () => ({ state: 'merged' });
  const forge = { ...github.forge, findPullRequest: merged };
  const before = ports;
  ports = { ...ports, forgeOf: () => forge } as unknown as Ports;
  await deliver({ kind: 'change' });
  expect(await drained()).toEqual([`${run.id}: closed by its merge`]);
  expect(await asked(run.id)).toBeUndefined();
  ports = before;
  await deliver({ kind: 'change' });
  expect(await drained()).toEqual([`${run.id}: the issue was closed`]);
  expect(await asked(run.id)).toBeDefined();
  expect((await ports.runs.get(run.id))?.note).toBe('the issue was closed');
});

test('a change that takes nothing back leaves the run alone', async () => {
  const run = await running();
  await github.playground.unlabel({ ...where(), by: 'maria', label: 'bug' });
  await deliver({ kind: 'change' });
  expect(await drained()).toEqual([`${run.id}: not begun, so it will see the issue as it is`]);
  await deliver({ kind: 'change', issue: 999 });
  expect(await drained()).toEqual(['no run is at it']);
  expect(await asked(run.id)).toBeUndefined();
});

test('an owner whose deliveries wait, however many they are, keeps nobody else waiting', async () => {
  await label('maria');
  const asked: string[] = [];
  const readFacts = async (intent: Parameters<typeof options.readFacts>[0]) => {
    asked.push(intent.repository);
    if (intent.repository.startsWith('Limited/')) throw new ForgeUnavailable('over its limit');
    return options.readFacts(intent);
  };
  for (let n = 0; n < 250; n += 1) await deliver({ ...labelled, repository: `Limited/r-${n % 3}` });
  await deliver(labelled);
  const { done, waiting } = await drainInbox(ports, { ...options, readFacts });
  expect(done).toEqual([
    { delivery: `delivery-${deliveries}`, note: expect.stringMatching(/^run r-/) },
  ]);
  expect(waiting).toBe(250);
  // The other was second, and those that wait are not all asked about in one pass.
  expect(asked.slice(0, 2)).toEqual(['Limited/r-0', github.repository]);
  expect(asked).toHaveLength(101);
});

test('a delivery that waits does not keep its own repository waiting for ever, nor is it tried twice in a pass', async () => {
  await label('maria');
  const waits: number[] = [];
  const readFacts = async (intent: Parameters<typeof options.readFacts>[0]) => {
    if (intent.issue !== 999) return options.readFacts(intent);
    waits.push(intent.issue);
    throw new ForgeUnavailable('not so far');
  };
  for (let n = 0; n < 3; n += 1) await deliver({ ...labelled, issue: 999 });
  await deliver(labelled);
  const { done, waiting } = await drainInbox(ports, { ...options, readFacts });
  expect(done).toHaveLength(1);
  expect([waiting, waits.length]).toEqual([3, 3]);
});
