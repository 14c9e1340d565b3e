import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { fromAttributes } from '../../../lib/aws/store/attributes.ts';
import { aRun, event } from '../../contract/examples.ts';
import { storeMaker } from './open-stores.ts';

const make = storeMaker();
const day = 24 * 3600;

/** What stands in the table after one run's life, and when what does not stay goes, in seconds. */
test('what the table holds of a run, and what of it has an end', async () => {
  const stores = await make();
  await liveOnce(stores);
  const { Items = [] } = await stores.client.send(new ScanCommand({ TableName: stores.tableName }));
  const items = Items.map((item) => fromAttributes(item));
  const ends = Object.fromEntries(
    items.map(({ pk, sk, expires = 'stays' }) => [`${pk} | ${sk}`, expires]),
  );
  const admitted = Date.parse('2026-01-31') / 1000 + 40 * day;
  expect(ends).toEqual({
    'run#r-1 | run': 'stays',
    'runs | running#000000000000001#r-1': 'stays',
    'issue#local:/repository#7 | 000000000000001#r-1': 'stays',
    'run#r-1 | head': 'stays',
    'run#r-1 | event#00000000': 'stays',
    'run#r-1 | event#00000001': 'stays',
    'run#r-1 | stage#coder#1#1': 'stays',
    'boot#boot | stage': 10 + day,
    'session#session | stage': 100 + day,
    'run#r-1 | call#c-1': 'stays',
    'run#r-1 | spending': 'stays',
    'effect#r-1/commit/1 | effect': 'stays',
    'run#r-1 | effect#00000001': 'stays',
    'claim#k | claim': 'stays',
    'slots#runs | slots': 'stays',
    'run#r-1 | runner': 'stays',
    'day#o/r#2026-01-31 | day': admitted,
    'day#o/r#2026-01-31 | run#r-1': admitted,
    'run#r-1 | admitted': 'stays',
    'pause | pause': 'stays',
    'cursor#name | cursor': 'stays',
    'delivery#d-1 | delivery': 1 + 30 * day,
    'body#b-1 | delivery': 1 + 30 * day,
    'meaning#m-1 | delivery': 1 + 30 * day,
    // As long as it waits it must not be forgotten.
    'delivery#d-2 | delivery': 'stays',
    'body#b-2 | delivery': 1 + 30 * day,
    'meaning#m-2 | delivery': 1 + 30 * day,
    'inbox | 000000000000002#d-2': 'stays',
  });
  // The streams' filters read these.
  expect(items.find(({ sk }) => sk === 'run')).toMatchObject({ status: 'running' });
  const told = items.filter(({ sk }) => String(sk).startsWith('event#'));
  expect(told).toEqual(
    [0, 1].map(() =>
      expect.objectContaining({
        bytes: expect.stringMatching(/^{/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      }),
    ),
  );
});

async function liveOnce(stores: Awaited<ReturnType<typeof make>>): Promise<void> {
  const delivery = (n: number) => ({
    id: `d-${n}`,
    bodyHash: `b-${n}`,
    semanticKey: `m-${n}`,
    event: 'issues',
    intent: {},
    receivedAt: n,
  });
  await stores.inbox.accept(delivery(1));
  await stores.inbox.accept(delivery(2));
  await stores.inbox.done('d-1', 'run r-1');
  await stores.runs.create(aRun('r-1'), [event('run.queued')]);
  await stores.slots.take('runs', 'r-1', 0, 10, 1);
  await stores.claims.acquire({ key: 'k', run: 'r-1', now: 0, until: 10 }, []);
  await stores.claims.release('k', 'r-1', 1, []);
  await stores.runs.update('r-1', ['queued'], { status: 'running' }, [event('run.started')]);
  await stores.runners.lease('r-1', 'i-1', 0, 10);
  const today = { repository: 'o/r', day: '2026-01-31', dollars: 2, caps: {} };
  await stores.admissions.admit({ ...today, run: 'r-1' });
  const boot = { hash: 'boot', at: 0, expires: 10_000, deadline: 100_000 };
  await stores.stages.open({ run: 'r-1', role: 'coder', round: 1 }, boot, []);
  await stores.stages.redeem('boot', 'session', 1, []);
  const { budget } = aRun('r-1').settings;
  await stores.budgets.reserve('r-1', 'c-1', budget, { tokens: 1, dollars: 0.1 }, []);
  await stores.effects.intend('r-1/commit/1', 'r-1', 'commit', []);
  await stores.pauses.pause({ at: 1, by: 'ada' });
  await stores.cursors.set('name', 'value');
}
