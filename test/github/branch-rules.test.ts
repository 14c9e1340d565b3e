import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../lib/local/playground/faults.ts';
import { createConformance } from '../local/playground/openapi/conformance.ts';
import { playgroundWith } from './playground-fixture.ts';
import {
  contentRefused,
  creationRefused,
  mergeRefused,
  otherRefusals,
  updateRefused,
} from './ruled-answers.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
let made = 0;
let branch = '';
beforeAll(async () => {
  github = await playgroundWith();
});
beforeEach(() => {
  made += 1;
  branch = `entropy/1-${made}`;
});
afterEach(() => github.playground.clearFaults());
afterAll(() => github.playground.close());

const content = Buffer.from('export const sum = (a, b) => a + b;\n').toString('base64');
const commit = (parent = github.base) =>
  github.forge.commit({
    ...{ branch, parent, base: github.base, message: `Add ${made}` },
    files: [{ path: 'sum.js', mode: '100644', content }],
  });
const whereToChange = /Settings > Rules > Rulesets \(also the organization's\) and Settings > Br/;

const answers = [
  creationRefused,
  updateRefused,
  contentRefused,
  mergeRefused,
  otherRefusals,
].flat();

test.each(answers.map(([what, fault]) => [what, fault] as const))(
  'GitHub answers so, by its own description: %s',
  (_what, { method, path, status = 0, body }) => {
    const { observer, faults } = createConformance();
    const named = path
      .replace(/\$$/, '')
      .replace('\\d+', '7')
      .replace(/heads\/$/, 'heads/x');
    observer.answered({ method, path: `/repos/octo/calc${named}`, status, body: { ...body } });
    expect(faults).toEqual([]);
    observer.answered({ method, path: `/repos/octo/calc${named}`, status, body: { said: 1 } });
    expect(faults).not.toEqual([]);
  },
);

async function refused(fault: Fault, work: () => Promise<unknown>, said: RegExp): Promise<void> {
  await github.playground.addFault(fault);
  const error = (await work().catch((thrown: unknown) => thrown)) as Error;
  expect(error).toMatchObject({ name: 'BranchProtected', status: fault.status });
  expect(error.message).toMatch(said);
  expect(error.message).not.toMatch(/GitHub answered|docs\.github\.com|\n/);
}

describe('a branch', () => {
  test.each(creationRefused)(
    'is not made under %s, and what to change is told',
    async (_what, fault, said) => {
      await refused(fault, commit, said);
      await refused(fault, commit, whereToChange);
      await refused(fault, commit, /Except entropy\/\*\* from the rule/);
      expect(await github.forge.findBranch(branch)).toBeUndefined();
      // Once the rule is changed, the same call goes through.
      expect(await commit()).toEqual(await github.forge.findBranch(branch));
    },
  );

  test.each(updateRefused)('does not go on under %s', async (_what, fault, said) => {
    const { commit: first } = await commit();
    await refused(fault, () => commit(first), said);
    await refused(fault, () => commit(first), whereToChange);
    expect((await github.forge.findBranch(branch))?.commit).toBe(first);
  });

  test.each(contentRefused)('gets no content under %s', async (_what, fault, said) => {
    await refused(fault, commit, said);
    await refused(fault, commit, /Secret scanning/);
    expect(await github.forge.findBranch(branch)).toBeUndefined();
  });

  test.each(otherRefusals)('is refused for another reason: %s', async (_what, fault) => {
    await github.playground.addFault(fault);
    await expect(commit()).rejects.toMatchObject({ name: 'ForgeFailed', status: fault.status });
  });
});

describe('a merge', () => {
  const opened = async () => {
    const { commit: head } = await commit();
    const { number } = await github.forge.createPullRequest({
      ...{ branch, base: 'main', title: 'Add', body: 'It adds.', draft: false },
    });
    return () => github.forge.merge(number, head);
  };

  test('is refused by GitHub, or by its rules, which is told apart', async () => {
    const merge = await opened();
    for (const [, fault, said] of mergeRefused) {
      await refused(fault, merge, said);
      await refused(fault, merge, whereToChange);
    }
    const moved = { message: 'Head branch was modified. Review and try the merge again.' };
    const late = { method: 'PUT', path: '/merge$', kind: 'status', status: 409 } as const;
    await github.playground.addFault({ ...late, body: moved });
    await expect(merge()).rejects.toMatchObject({ name: 'ForgeFailed', status: 409 });
    expect(await merge()).toEqual({ commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });
});
