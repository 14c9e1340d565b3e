import { randomBytes } from 'node:crypto';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Playground, startPlayground } from '../../../lib/local/playground/playground.ts';
import { filesWith, jsonLines } from '../../bin/command-line.ts';
import { formIn, post } from '../../local/playground/manifest.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';
import { openFrontDoor } from '../flow/fixtures/front-door.ts';
import { deskAt } from './account-desk.ts';

const name = `d${randomBytes(3).toString('hex')}`;
const at = deskAt(name);
let github: Playground;
beforeAll(async () => {
  github = await startPlayground({ dataDir: freshFolder() });
});
afterAll(async () => {
  at.remove();
  await github.close();
});

const settings = [
  ...['--set', 'emulator=true', '--set', 'image=entropy-sandbox:latest', '--set', 'capacity=2'],
  ...['--set', `architecture=${process.arch === 'arm64' ? 'ARM64' : 'X86_64'}`],
];

/** Whoever sits before a browser: opens the page, goes on to GitHub and agrees. */
async function agree(page: string): Promise<void> {
  const first = formIn(await (await fetch(page)).text());
  const shown = formIn((await post(first.action, first.fields)).html);
  const back = await post(new URL(shown.action, github.url).toString(), shown.fields);
  await fetch(back.location);
}

test('a deployment is planned, made, given its App, looked at and taken down', async () => {
  const before = await at.entropy(['init']);
  expect(before).toMatchObject({
    code: 2,
    err: expect.stringMatching(/"entropy deploy" makes it/),
  });
  const unasked = await at.entropy(['deploy', '--bootstrap', ...settings]);
  expect(unasked).toMatchObject({ code: 2, err: expect.stringMatching(/give --yes; nothing was/) });
  expect(unasked.err).toMatch(/an idle month costs \$\d+\.\d\d/);
  const deployed = await at.entropy(['deploy', '--yes', '--json', ...settings]);
  expect([deployed.code, deployed.err.slice(-2_000)]).toEqual([0, expect.any(String)]);
  const lines = jsonLines(deployed);
  expect(lines.map(({ type }) => type)).toEqual(['checks', 'plan', 'deployed']);
  expect(lines.at(-1)).toMatchObject({ stack: `Entropy-${name}`, outputs: { AppId: 'none' } });
  const { WebhookUrl: webhook } = lines.at(-1).outputs;

  const init = at.start(['init', '--github-url', github.url, '--json']);
  await init.said(/open (http:\S+) in a browser/);
  await agree(/open (http:\S+) in a browser/.exec(init.errors())?.[1] ?? '');
  const made = await init.ended;
  expect(made.code).toBe(0);
  expect(jsonLines(made)).toEqual([
    expect.objectContaining({ type: 'init', deployed: false, app: expect.anything() }),
  ]);
  expect(filesWith(at.root, 'PRIVATE KEY')).toEqual([]);
  const again = await at.entropy(['init', '--github-url', github.url]);
  expect(again).toMatchObject({ code: 0, err: expect.stringMatching(/set up already/) });

  // What was said before is kept: nothing is said again.
  const told = jsonLines(await at.entropy(['deploy', '--yes', '--json']));
  expect(told.at(-1)).toMatchObject({ outputs: { AppId: String(github.app.id) } });
  const door = await openFrontDoor(webhook, process.env.AWS_ENDPOINT_URL ?? '');
  const doctor = await at.entropy(['doctor', '--json', '--webhook-url', door.url]);
  door.close();
  const findings = jsonLines(doctor)[0].findings as { name: string; state: string }[];
  for (const well of [
    'stack',
    'set-up',
    'webhook',
    'github app',
    'app permissions',
    'app events',
  ]) {
    expect(findings).toContainEqual(expect.objectContaining({ name: well, state: 'ok' }));
  }

  const asked = await at.entropy(['destroy']);
  expect(asked).toMatchObject({
    code: 2,
    err: expect.stringMatching(/What stays:[\s\S]*give --yes/),
  });
  const destroyed = await at.entropy(['destroy', '--yes', '--json']);
  expect([destroyed.code, destroyed.err.slice(-2_000)]).toEqual([0, expect.any(String)]);
  expect(jsonLines(destroyed).at(-1)).toMatchObject({ type: 'destroyed' });
  const gone = await at.entropy(['status']);
  expect(gone).toMatchObject({ code: 2, err: expect.stringMatching(/no stack/) });
  const { Parameters = [] } = await new SSMClient({}).send(new DescribeParametersCommand({}));
  expect(Parameters.filter(({ Name }) => Name?.startsWith(`/entropy/${name}/`))).toEqual([]);
}, 1_800_000);
