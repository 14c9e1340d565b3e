import { afterAll, describe, expect, test } from '@jest/globals';
import { type EngineName, engineNames } from '../../lib/domain/engine.ts';
import { desk } from '../bin/command-line.ts';
import { git, mended, treeWith } from '../bin/sums.ts';
import { type ModelServer, modelKey, runToEnd, servers, startRun } from '../bin/team-run.ts';
import { atServer, team } from './fixtures/team.ts';

const at = desk();
const table: string[] = [];
afterAll(() => {
  at.remove();
  process.stderr.write(`\n${table.sort().join('\n')}\n`);
});

/** What each provider is asked for, by an engine that plays every role; undefined: they have no protocol in common. */
const cells: readonly (readonly [EngineName, ModelServer, string | undefined, ...string[]])[] = [
  ['builtin', 'anthropic', 'anthropic'],
  ['builtin', 'bedrock', 'anthropic'],
  ['builtin', 'openai', 'responses'],
  ['builtin', 'openai-compatible', 'openai'],
  ['claude-code', 'anthropic', 'anthropic'],
  ['claude-code', 'bedrock', 'anthropic'],
  ['claude-code', 'openai', undefined],
  ['claude-code', 'openai-compatible', 'anthropic', '--wires', 'messages'],
  ['codex', 'anthropic', undefined],
  ['codex', 'bedrock', undefined],
  ['codex', 'openai', 'responses'],
  ['codex', 'openai-compatible', 'responses', '--wires', 'responses'],
  ['opencode', 'anthropic', 'anthropic'],
  ['opencode', 'bedrock', 'anthropic'],
  ['opencode', 'openai', 'openai'],
  ['opencode', 'openai-compatible', 'openai'],
  ['command', 'anthropic', 'anthropic'],
  ['command', 'bedrock', 'anthropic'],
  ['command', 'openai', 'openai'],
  ['command', 'openai-compatible', 'openai'],
];

test('no engine and no provider is left out', () => {
  const wanted = engineNames.flatMap((engine) => servers.map((server) => `${engine} ${server}`));
  expect(cells.map(([engine, server]) => `${engine} ${server}`).sort()).toEqual(wanted.sort());
});

function row(engine: string, server: string, what: string): void {
  table.push(`${engine.padEnd(14)}${server.padEnd(20)}${what}`);
}

describe.each(cells)('%s at %s', (engine, server, protocol, ...more) => {
  const request = { wire: server, ...atServer(engine, more) };
  if (protocol === undefined) {
    test('is refused before anything is asked, with what would do', async () => {
      const started = await startRun(at, { ...request, turns: [] });
      const end = await started.ended;
      await started.team.close();
      expect(end.code).not.toBe(0);
      expect(end.err).toMatch(new RegExp(`${engine} speaks .+ with it these work: builtin`));
      expect(started.team.requests).toEqual([]);
      row(engine, server, 'no protocol in common');
    });
    return;
  }
  test('plays every role to the same tree', async () => {
    const end = await runToEnd(at, { ...request, turns: team(engine) });
    expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
    const { repo, outcome, requests } = end;
    const base = git(repo, 'rev-parse', 'HEAD');
    expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, base, mended));
    expect([...new Set(requests.map((asked) => asked.protocol))]).toEqual([protocol]);
    expect(requests.every(({ bedrock }) => bedrock === (server === 'bedrock'))).toBe(true);
    expect(JSON.stringify(requests.map(({ body }) => body))).not.toContain(modelKey);
    row(engine, server, `${protocol.padEnd(12)}${requests.length} calls`);
  });
});
