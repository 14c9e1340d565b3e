import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Account, bug, openAccount } from './fixtures/account.ts';
import { expectMergedOnce } from './fixtures/at-rest.ts';
import { faultyWire } from './fixtures/faulty-wire.ts';

let account: Account;
let close = () => {};
beforeAll(async () => {
  account = await openAccount();
}, 900_000);
afterAll(async () => {
  close();
  await account?.close();
});

const mishaps = ['unheard', 'lost', 'busy'];
/** What each of these runs makes its function write. Three are enough for a write to meet with everything. */
const writes = [
  ...['webhook: table body, delivery, inbox, meaning', 'dispatch: table delivery, inbox'],
  ...['dispatch: table event, head, issue, run, runs', 'dispatch: table event, head, run, runs'],
  ...['dispatch: table slots', 'dispatch: table claim', 'dispatch: StartExecution'],
  ...['dispatch: invocation', 'lifecycle: invocation', 'gateway: invocation'],
  ...['mint-read: Sign', 'mint-write: Sign', 'lifecycle: Sign'],
  ...['lifecycle: table claim', 'lifecycle: table slots', 'lifecycle: table pin'],
  ...['lifecycle: table admitted, day', 'lifecycle: table effect, event, head'],
  ...['lifecycle: table head, payload', 'lifecycle: object payloads'],
  ...['lifecycle: table boot, event, head, stage', 'lifecycle: table event, head, run'],
  ...['lifecycle: table event, head, run, runs', 'lifecycle: table run, runs'],
  ...['lifecycle: table copied', 'lifecycle: object ledger.pub.pem'],
  ...['lifecycle: object manifest.json', 'lifecycle: object checkpoint.json'],
  ...['gateway: table event, head, session, stage', 'gateway: table stage'],
  ...['gateway: table call, spending', 'gateway: table call, event, head, spending'],
  ...['gateway: table head, payload', 'gateway: object payloads', 'gateway: table event, head'],
  ...['gateway: table event, head, stage', 'close-stage: table event, head, stage'],
  'ledger-writer: object events',
];

test('whatever happens to each write on its way to the table, the ledger and other services, issues are merged once', async () => {
  const wire = await faultyWire(account);
  close = wire.close;
  const filed = await Promise.all([1, 2, 3].map((n) => account.file(bug, `cron-lines-${n}`)));
  for (const one of filed) {
    await expectMergedOnce(account, await account.settled(one));
    expect(await account.runsOn(one)).toHaveLength(1);
  }
  for (const kind of writes) {
    const all = /: table/.test(kind) ? [...mishaps, 'conflicted'] : mishaps;
    expect([kind, [...new Set(wire.met.get(kind))].sort()]).toEqual([kind, all.toSorted()]);
  }
}, 1_800_000);
