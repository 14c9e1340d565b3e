import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type DemoIssue,
  demoIssues,
  issueFile,
  sampleFolder,
} from '../../../lib/local/playground/demo-issues.ts';
import { jsonLines, outcomeOf } from '../../bin/command-line.ts';
import { type Account, openAccount, until } from '../flow/fixtures/account.ts';
import { expectAtRest, expectMergedOnce, sandboxesOf } from '../flow/fixtures/at-rest.ts';
import { deskAt, sessionFor } from './account-desk.ts';

let account: Account;
let at: ReturnType<typeof deskAt>;
/** Of the two roles that the stack makes for people. */
let operator: Record<string, string>;
let reader: Record<string, string>;
beforeAll(async () => {
  account = await openAccount();
  at = deskAt(account.name);
  operator = await sessionFor(account.outputs.OperatorRoleArn);
  reader = await sessionFor(account.outputs.ReaderRoleArn);
}, 900_000);
afterAll(async () => {
  at?.remove();
  await account?.close();
});

/** The rules of the repository that the issue `bug` is about. */
const issueRules = readFileSync(join(sampleFolder('cron-lines'), '.entropy.yml'), 'utf8');
const issue = (name: string) => demoIssues.find((each) => each.name === name) as DemoIssue;

test('a question is read, answered and carried out from the command line, and its ledger verifies', async () => {
  expect(await at.entropy(['status'], reader)).toMatchObject({ code: 0, out: 'no runs yet\n' });
  const vague = issue('vague');
  const asked = await account.settled(await account.file(vague));
  expect(asked.outcome).toBe('question');
  const [status] = jsonLines(await at.entropy(['status', asked.id, '--json'], reader));
  expect(status).toMatchObject({ type: 'run', id: asked.id, outcome: 'question' });
  const logs = await at.entropy(['logs', asked.id], reader);
  expect(logs).toMatchObject({ code: 0, out: expect.stringMatching(/ended: question\n$/) });
  const shown = jsonLines(await at.entropy(['audit', 'show', asked.id], reader));
  const verified = await at.entropy(['audit', 'verify', asked.id], reader);
  expect(verified).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^verified: ${shown.length} events, sealed and signed`)),
  });
  const text = issueFile(vague.answer ?? '').trim();
  const answered = await at.entropy(['answer', asked.id, text, '--json'], operator);
  expect(outcomeOf(answered)).toMatchObject({ outcome: 'handed-over', error: null });
  expect(answered.code).toBe(0);
}, 1_800_000);

test('a run is cancelled while its sandbox is at work, and started anew', async () => {
  const filed = await account.file(issue('bug'));
  const run = await until('a sandbox at work', async () => {
    const [found] = await account.runsOn(filed);
    if (found === undefined) return undefined;
    return (await sandboxesOf(account, found.id)).length > 0 ? found : undefined;
  });
  const denied = await at.entropy(['cancel', run.id], reader);
  expect(denied).toMatchObject({ code: 6, err: expect.stringMatching(/AccessDenied/) });
  const asked = await at.entropy(['cancel', run.id], operator);
  expect(asked).toEqual({ code: 0, out: `${run.id} was asked to stop\n`, err: '' });
  const ended = await account.settled(filed);
  expect(ended.outcome).toBe('cancelled');
  await expectAtRest(account, ended);
  const [told] = jsonLines(await at.entropy(['logs', run.id, '--json'], reader)).filter(
    ({ kind }) => kind === 'cancel.requested',
  );
  expect(told.data.by).toBe('somebody');
  const again = await at.entropy(['retry', run.id, '--json'], operator);
  const outcome = outcomeOf(again);
  expect(outcome).toMatchObject({ outcome: 'merged' });
  const replayed = await at.entropy(['replay', outcome.run, '--json'], operator);
  expect(jsonLines(replayed).at(-1)).toMatchObject({ type: 'replay', same: true });
}, 1_800_000);

test('a change that the rules stopped is shown, and let pass by an operator', async () => {
  const files = { '.entropy.yml': `${issueRules}protect: [src]\n` };
  const filed = await account.file(issue('bug'), 'cron-lines-protected', files);
  const stopped = await account.settled(filed);
  expect(stopped).toMatchObject({ outcome: 'failed', error: { name: 'PolicyViolation' } });
  const shown = await at.entropy(['let-pass', stopped.id], operator);
  expect(shown).toMatchObject({
    code: 2,
    err: expect.stringMatching(/It breaks:\n {2}protected:/),
  });
  const passed = await at.entropy(['let-pass', stopped.id, '--yes', '--json'], operator);
  expect(passed.code).toBe(0);
  expect(outcomeOf(passed)).toMatchObject({ outcome: 'merged', error: null });
  const merged = await account.settled(filed, 2);
  expect(merged.pass).toMatchObject({ run: stopped.id, by: 'somebody' });
  await expectAtRest(account, stopped);
  await expectMergedOnce(account, merged);
}, 1_800_000);

test('while all is paused nothing starts; what is queued can be cancelled; work goes on after it', async () => {
  const paused = await at.entropy(['pause', '--reason', 'a look'], operator);
  expect(paused.out).toMatch(/^all work is paused by somebody since .*: a look\n$/);
  const filed = await account.file(issue('refused'));
  const run = await until('a queued run', async () => (await account.runsOn(filed))[0]);
  const status = await at.entropy(['status'], reader);
  expect(status.out).toMatch(/^all work is paused/);
  expect(status.out).toMatch(new RegExp(`${run.id} .* queued`));
  const cancelled = await at.entropy(['cancel', run.id], operator);
  expect(cancelled.out).toBe(`${run.id} has ended: cancelled\n`);
  expect((await at.entropy(['resume'], operator)).out).toBe('work goes on\n');
}, 900_000);

test('what is not there, and what works on this machine alone, is said', async () => {
  const none = await at.entropy(['logs', 'r-none'], reader);
  expect(none).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no run r-none in the deploy/),
  });
  const here = await at.entropy(['gc'], reader);
  expect(here).toMatchObject({ code: 2, err: expect.stringMatching(/on this machine alone/) });
  const nowhere = await at.entropy(['--deployment', 'other', 'status']);
  expect(nowhere).toMatchObject({ code: 2, err: expect.stringMatching(/no stack Entropy-other/) });
});

test('doctor finds the webhook, the App and the rest as they stand', async () => {
  const args = ['doctor', '--json', '--webhook-url', account.webhookUrl];
  const [report] = jsonLines(await at.entropy(args));
  const states = Object.fromEntries(
    report.findings.map(({ name, state }: { name: string; state: string }) => [name, state]),
  );
  expect(states).toMatchObject({
    ...{ stack: 'ok', 'set-up': 'ok', webhook: 'ok', 'github app': 'ok', 'app permissions': 'ok' },
    ...{ 'webhook deliveries': 'ok', 'given up': 'ok', pause: 'ok' },
  });
}, 120_000);
