import { afterAll, expect, test } from '@jest/globals';
import type { EngineName } from '../../lib/domain/engine.ts';
import { desk, jsonLines } from '../bin/command-line.ts';
import { git } from '../bin/sums.ts';
import { runToEnd } from '../bin/team-run.ts';
import { atServer, team } from './fixtures/team.ts';

const at = desk();
afterAll(() => at.remove());

/** An engine with a provider of each protocol that it speaks. */
const cells = [
  ['claude-code', 'anthropic'],
  ['claude-code', 'bedrock'],
  ['codex', 'openai'],
  ['opencode', 'anthropic'],
  ['opencode', 'openai-compatible'],
  ['command', 'openai-compatible'],
  ['command', 'anthropic'],
] as const satisfies readonly (readonly [EngineName, string])[];

test.each(cells)(
  'a run of %s at %s is replayed to the same tree, without a model',
  async (engine, server) => {
    const { args, env } = atServer(engine);
    const { outcome, repo } = await runToEnd(at, { wire: server, args, env, turns: team(engine) });
    expect(outcome).toMatchObject({ outcome: 'handed-over', error: null });
    const tree = git(repo, 'rev-parse', `${outcome.branch}^{tree}`);
    const replayed = await at.entropy(['replay', outcome.run, '--json'], env);
    if (replayed.code !== 0) process.stderr.write(`${replayed.out.slice(-9000)}\n${replayed.err}`);
    expect(jsonLines(replayed).at(-1)).toEqual({
      ...{ type: 'replay', run: outcome.run, same: true },
      ...{ recorded: [tree], replayed: [tree] },
    });
    expect(replayed.code).toBe(0);
  },
);
