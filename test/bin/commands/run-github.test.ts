import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Playground } from '../../../lib/local/playground/playground.ts';
import { spawnPlayground } from '../../../lib/local/playground/remote.ts';
import { appKeys } from '../../github/playground-fixture.ts';
import { desk, filesWith, outcomeOf } from '../command-line.ts';
import { calls, codes, conversation, reads, reviews } from '../scripted-team.ts';
import { mended, sums } from '../sums.ts';
import { teamOver } from '../team-run.ts';

const patience = 180_000;
const at = desk();
let playground: Playground;
let token: string;
beforeAll(async () => {
  const publicKeyFile = join(at.root, 'app.pem');
  writeFileSync(publicKeyFile, appKeys.publicKey);
  playground = await spawnPlayground({ dataDir: join(at.root, 'github'), publicKeyFile });
  await playground.seedRepository({
    ...{ owner: 'octo', name: 'sums', files: sums, labels: ['entropy'] },
    collaborators: { maria: 'write', reader: 'read' },
  });
  for (const title of ['sum leaves out the first number', 'closed by now', 'another']) {
    await playground.createIssue({
      ...{ repository: 'octo/sums', author: 'maria', title, body: 'sum([1, 2]) should be 3.' },
    });
  }
  await playground.closeIssue({ repository: 'octo/sums', number: 2, by: 'maria' });
  token = await playground.userToken('maria');
}, patience);
afterAll(async () => {
  await playground.close();
  at.remove();
});

const github = () => ({ ENTROPY_GITHUB_API: playground.apiUrl, GITHUB_TOKEN: token });
const comments = async (issue: number) =>
  (await playground.request('maria', 'GET', `/repos/octo/sums/issues/${issue}/comments`)).body as {
    body: string;
    user: { login: string };
  }[];

test(
  'an issue on GitHub, named in short, by a person with a token: a pull request and one comment',
  async () => {
    const team = await teamOver('anthropic', [reads, codes(mended), reviews('approve')]);
    const args = ['run', 'octo/sums#1', '--yes', '--json', '--sandbox', 'process', ...team.args];
    const end = await at.entropy(args, { ...team.env, ...github() });
    await team.close();
    expect(end.err).toContain('octo/sums#1 at http://127.0.0.1');
    const outcome = outcomeOf(end);
    expect(end.code).toBe(0);
    expect(outcome).toMatchObject({ outcome: 'handed-over', pullRequest: { number: 4 } });
    const pull = await playground.request('maria', 'GET', '/repos/octo/sums/pulls/4');
    expect(pull.body).toMatchObject({ draft: false, state: 'open', head: { sha: outcome.commit } });
    const told = await comments(1);
    expect(told.map(({ user }) => user.login)).toEqual(['maria']);
    expect(told[0]?.body).toContain('#4 is ready for a person');
    expect(filesWith(at.dataDir, token)).toEqual([]);
    expect(end.out + end.err).not.toContain(token);

    const again = await at.entropy(['retry', outcome.run, '--json'], { ...team.env, ...github() });
    expect(outcomeOf(again)).toMatchObject({
      outcome: 'refused',
      note: expect.stringContaining('/pull/4'),
    });
    expect(again.code).toBe(4);
  },
  patience,
);

test(
  'an issue by its URL, as the App: the question is asked there',
  async () => {
    const asks = conversation('reader', calls(['ask_question', { question: 'Which one?' }]));
    const team = await teamOver('anthropic', [asks]);
    const key = join(at.root, 'app.key');
    writeFileSync(key, appKeys.privateKey, { mode: 0o600 });
    const url = `${playground.url}/octo/sums/issues/3`;
    const args = ['run', url, '--yes', '--json', '--sandbox', 'process', ...team.args];
    const env = { ENTROPY_APP_ID: String(playground.app.id), ENTROPY_APP_KEY_FILE: key };
    const end = await at.entropy(args, {
      ...team.env,
      ...env,
      ENTROPY_GITHUB_API: playground.apiUrl,
    });
    await team.close();
    expect(end.code).toBe(3);
    const told = await comments(3);
    expect(told.map(({ user }) => user.login)).toEqual(['entropy[bot]']);
    expect(told[0]?.body).toContain('Which one?');
    expect(await playground.liveTokens()).toBe(0);
  },
  patience,
);

describe('what can not be run', () => {
  const cases: [name: string, args: string[], said: RegExp, env?: Record<string, string>][] = [
    [
      'no reference',
      ['octo/sums'],
      /names no issue; give owner\/repo#7 or http.*\/issues\/7, or --repo/,
    ],
    [
      'another GitHub',
      ['https://github.com/octo/sums/issues/1'],
      /github\.com is not http.*ENTROPY_GITHUB_API/,
    ],
    ['both kinds', ['octo/sums#1', '--repo', '.'], /not both/],
    ['neither kind', [], /give owner\/repo#7 or an issue's URL, or --repo PATH --issue FILE\.md/],
    ['no such issue', ['octo/sums#99'], /there is no octo\/sums#99, or it may not be seen/],
    ['no such repository', ['octo/none#1'], /there is no octo\/none#1/],
    ['a closed issue', ['octo/sums#2'], /octo\/sums#2 is closed/],
    [
      'no authority',
      ['octo/sums#1'],
      /set ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE, or GITHUB_TOKEN/,
      { GITHUB_TOKEN: '' },
    ],
  ];
  test.each(cases)(
    '%s',
    async (_name, args, said, env = {}) => {
      const all = ['run', ...args, '--yes', '--sandbox', 'process'];
      const end = await at.entropy(all, { ANTHROPIC_API_KEY: 'k', ...github(), ...env });
      expect(end.err).toMatch(said);
      expect(end).toMatchObject({ code: 2, out: '' });
    },
    patience,
  );

  test(
    'a token of somebody who may only read, and one that is none',
    async () => {
      const env = { ANTHROPIC_API_KEY: 'k', ...github() };
      const args = ['run', 'octo/sums#3', '--yes', '--sandbox', 'process'];
      const reader = await playground.userToken('reader');
      const weak = await at.entropy(args, { ...env, GITHUB_TOKEN: reader });
      expect(weak).toMatchObject({ code: 2, out: '' });
      expect(weak.err).toMatch(/reader has read permission on octo\/sums; a run needs write/);
      const wrong = await at.entropy(args, { ...env, GITHUB_TOKEN: 'ghp_nobody' });
      expect(wrong).toMatchObject({ code: 6, out: '' });
      expect(wrong.err).toMatch(/ForgeFailed: GitHub answered 401/);
      expect(wrong.err).not.toContain('ghp_nobody');
    },
    patience,
  );
});
