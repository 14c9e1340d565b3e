import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import type { Run } from '../../lib/domain/run.ts';
import { composeGithub } from '../../lib/local/compose-github.ts';
import { appKeys, playgroundWith } from '../github/playground-fixture.ts';

let on: Awaited<ReturnType<typeof playgroundWith>>;

beforeEach(async () => {
  on = await playgroundWith();
});
afterEach(() => on.playground.close());

const runOn = (name: string) => ({ repository: { forge: 'github', name } }) as Run;

/** GitHub by this authority, which has used up all but a few of its calls on the playground's repository. */
async function usedUp(authority: Record<string, string>) {
  const env = { HOME: '/nowhere', ENTROPY_GITHUB_API: on.playground.apiUrl, ...authority };
  const github = composeGithub(loadConfig(env, {}));
  await on.playground.limitCalls({ hour: 6 });
  const forge = github.forgeOf(runOn(on.repository));
  expect(github.heldUntil(runOn(on.repository))).toBeUndefined();
  for (let n = 0; n < 4; n += 1) await forge.findComment(on.issue, 'x').catch(() => undefined);
  return github;
}

test("a plain token's calls are one count, whoever owns the repository", async () => {
  const token = await on.playground.userToken('maria');
  const github = await usedUp({ GITHUB_TOKEN: token });
  expect(github.heldUntil(runOn(on.repository))).toBeGreaterThan(0);
  expect(github.heldUntil(runOn('another/repository'))).toBeGreaterThan(0);
  expect(github.mayTell(runOn('another/repository'))).toBe(false);
});

test("an installation's calls are its own, however its account is spelled", async () => {
  const ENTROPY_APP_ID = String(on.playground.app.id);
  const github = await usedUp({ ENTROPY_APP_ID, ENTROPY_APP_KEY: appKeys.privateKey });
  expect(github.heldUntil(runOn(on.repository.toUpperCase()))).toBeGreaterThan(0);
  expect(github.heldUntil(runOn('another/repository'))).toBeUndefined();
  expect(github.mayTell(runOn('another/repository'))).toBe(true);
});
