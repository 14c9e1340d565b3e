import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defaultBudget } from '../../../lib/domain/budget.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { readTriggerFacts } from '../../../lib/github/trigger-facts.ts';
import { type ReconcileOptions, reconcile } from '../../../lib/services/intake/reconcile.ts';
import { playgroundWith } from '../../github/playground-fixture.ts';
import { intakePorts } from './intake-ports.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
let ports: Ports;
let close: () => void;
let options: ReconcileOptions;
const settings = {
  model: { provider: 'replay', model: 'none' } as const,
  ...({ roleModels: {}, budget: defaultBudget, sandbox: 'process' } as const),
};

beforeEach(async () => {
  github = await playgroundWith();
  ({ ports, close } = await intakePorts(github.forge));
  const nothing = { intents: [], cursor: '{}' };
  options = {
    readFacts: (intent) => readTriggerFacts(github.access, intent),
    ...{ settings, repositories: async () => [], log: () => undefined },
    ...{ waitingIssues: async () => nothing, newComments: async () => nothing },
    signal: new AbortController().signal,
  };
});
afterEach(async () => {
  close();
  await github.playground.close();
});

async function queued(n: number, issue: string, trigger: string): Promise<string> {
  const repository = { forge: 'github', name: github.repository } as const;
  const by = { kind: 'label', id: trigger, by: 'maria' } as const;
  const at = { createdAt: n, status: 'queued' } as const;
  const run = { id: `r-${n}`, repository, issue, trigger: by, settings, ...at };
  return (await ports.runs.create(run, [])).run.id;
}

test('a queued run whose label was taken off, which no delivery told, never begins', async () => {
  const where = { repository: github.repository, number: Number(github.issue), by: 'maria' };
  await github.playground.label({ ...where, label: 'entropy' });
  const path = `/repos/${github.repository}/issues/${github.issue}/events`;
  const { body } = await github.playground.request('maria', 'GET', path);
  const event = (body as { id: number; label?: { name: string } }[]).find(
    ({ label }) => label?.name === 'entropy',
  );
  const id = await queued(1, github.issue, String(event?.id));
  await reconcile(ports, options);
  expect(await ports.runs.get(id)).toMatchObject({ status: 'queued' });
  await github.playground.unlabel({ ...where, label: 'entropy' });
  await reconcile(ports, options);
  expect(await ports.runs.get(id)).toMatchObject({
    ...{ outcome: 'cancelled', note: 'the label entropy was taken off' },
  });
});

test('of many queued runs each is looked at in its turn, so many at once', async () => {
  for (let n = 1; n <= 120; n += 1) await queued(n, String(n), 'x');
  const looked: number[] = [];
  const readFacts: ReconcileOptions['readFacts'] = (intent) => {
    looked.push(intent.issue);
    return options.readFacts({ ...intent, issue: Number(github.issue) });
  };
  for (const expected of [50, 100, 150]) {
    await reconcile(ports, { ...options, readFacts });
    expect(looked).toHaveLength(expected);
  }
  expect(new Set(looked).size).toBe(120);
  expect(looked.slice(0, 2)).toEqual([1, 2]);
});
