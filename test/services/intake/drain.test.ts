import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defaultBudget } from '../../../lib/domain/budget.ts';
import { StorageFailed } from '../../../lib/domain/errors.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { type Run, runIdOf } from '../../../lib/domain/run.ts';
import { readTriggerFacts } from '../../../lib/github/trigger-facts.ts';
import { openSigner } from '../../../lib/local/signer.ts';
import { openDatabase } from '../../../lib/local/store/database.ts';
import { sqliteStores } from '../../../lib/local/store/stores.ts';
import { drainInbox } from '../../../lib/services/intake/drain.ts';
import type { IntakeOptions } from '../../../lib/services/intake/intake-options.ts';
import { playgroundWith } from '../../github/playground-fixture.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
let ports: Ports;
let close: () => void;
let options: IntakeOptions;
let deliveries = 0;

beforeEach(async () => {
  github = await playgroundWith();
  const folder = freshFolder();
  const database = openDatabase(folder);
  const signer = await openSigner(folder);
  const stores = sqliteStores(database, { ledgerDir: `${folder}/ledger`, signer });
  // What intake does needs stores, clock and forge alone.
  const forgeOf = () => github.forge;
  ports = { ...stores, clock: { now: () => Date.now() }, forgeOf } as unknown as Ports;
  close = () => database.close();
  options = {
    readFacts: (intent) => readTriggerFacts(github.access, intent),
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
  const keys = { bodyHash: id, semanticKey: id, event: 'issues', receivedAt: 0 };
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
    expect.stringMatching(/^fault: TypeError/),
  ]);
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
