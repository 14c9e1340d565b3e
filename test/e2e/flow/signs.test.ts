import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DemoIssue, demoIssues } from '../../../lib/local/playground/demo-issues.ts';
import { type Account, openAccount, until } from './fixtures/account.ts';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
}, 600_000);
afterAll(() => account?.close());

// Nothing runs here: while all is paused, the function that hears of it may not write, and has the publisher do it.
test('that a run waits, that it ended in the queue, and that a command came to nothing is told on the issue', async () => {
  const { playground, stores } = account;
  await stores.pauses.pause({ at: Date.now(), by: 'op' });
  const filed = await account.file(demoIssues[0] as DemoIssue);
  const { repository, number } = filed;
  const said = async () => {
    const { repositories } = await playground.snapshot();
    const found = repositories.find(({ owner, name }) => `${owner}/${name}` === repository);
    const all = found?.issues.find((one) => one.number === number)?.comments ?? [];
    return all.filter(({ author }) => author.endsWith('[bot]')).map(({ body }) => body);
  };
  const says = (text: RegExp) =>
    until(String(text), async () => (await said()).find((body) => text.test(body)));
  const say = (body: string) => playground.comment({ repository, number, by: 'ada', body });
  await says(/^Queued: the run waits until whoever operates this ends the pause/);
  await say('/entropy stop');
  expect(await account.settled(filed)).toMatchObject({ outcome: 'cancelled', waits: { n: 1 } });
  await says(/^Stopped:\n\n> ada asked for it on the issue/);
  await say('/entropy dance');
  await says(/`\/entropy dance`.* there is no such command/);
  await say('/entropy stop');
  await says(/no run is at this issue/);
  // The run's one comment, and the one reply.
  expect(await said()).toHaveLength(2);
  await stores.pauses.resume();
}, 900_000);
