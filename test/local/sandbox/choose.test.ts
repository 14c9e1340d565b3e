import { expect, test } from '@jest/globals';
import type { LocalSandboxKind } from '../../../lib/domain/run.ts';
import {
  choiceText,
  chooseSandbox,
  type SandboxWish,
  standInFor,
} from '../../../lib/local/sandbox/choose.ts';

/** Chooses on a machine where these kinds work; what was tried, in order. */
async function choose(wish: SandboxWish, working: readonly LocalSandboxKind[]) {
  const tried: LocalSandboxKind[] = [];
  const choice = chooseSandbox(wish, async (kind) => {
    tried.push(kind);
    return { works: working.includes(kind), reason: `about ${kind}` };
  });
  return { tried, ...(await choice.catch((error: Error) => ({ error }))) };
}

test('auto takes the strongest that works, and says why stronger ones were not taken', async () => {
  expect(await choose('auto', ['process', 'bubblewrap', 'docker'])).toEqual({
    ...{ tried: ['docker'], kind: 'docker', reason: 'about docker', passedOver: [] },
  });
  const second = await choose('auto', ['process', 'bubblewrap']);
  expect(second).toEqual({
    tried: ['docker', 'bubblewrap'],
    kind: 'bubblewrap',
    reason: 'about bubblewrap',
    passedOver: [{ kind: 'docker', reason: 'about docker' }],
  });
  expect(choiceText(second as never)).toBe('bubblewrap (not docker: about docker)');
  const reason = 'Docker does not answer (no socket): start its engine';
  const passedOver = [{ kind: 'docker', reason }] as const;
  expect(choiceText({ kind: 'bubblewrap', reason: '', passedOver })).toBe(
    'bubblewrap (not docker: Docker does not answer)',
  );
});

test('auto never takes process: it says what each boundary needs', async () => {
  const { tried, error } = (await choose('auto', ['process'])) as { tried: string[]; error: Error };
  expect(tried).toEqual(['docker', 'bubblewrap']);
  expect([error.name, error.message]).toEqual([
    'SandboxUnavailable',
    'no boundary works here. docker: about docker. bubblewrap: about bubblewrap',
  ]);
});

test.each(['docker', 'bubblewrap', 'process'] as const)('%s is itself or nothing', async (kind) => {
  expect(await choose(kind, [kind])).toMatchObject({ tried: [kind], kind, passedOver: [] });
  expect(await choose(kind, [])).toMatchObject({
    tried: [kind],
    error: { name: 'SandboxUnavailable', message: `about ${kind}` },
  });
});

test('a run of an account is played again behind the strongest boundary of this machine', async () => {
  expect(await choose(standInFor('fargate'), ['docker'])).toMatchObject({ kind: 'docker' });
  expect(await choose(standInFor('fargate'), ['bubblewrap'])).toMatchObject({ kind: 'bubblewrap' });
  for (const kind of ['docker', 'bubblewrap', 'process'] as const)
    expect(standInFor(kind)).toBe(kind);
});
