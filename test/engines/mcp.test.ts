import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { desk } from '../bin/command-line.ts';
import { reads, reviews } from '../bin/scripted-team.ts';
import { git, mended, repositoryAt, treeWith } from '../bin/sums.ts';
import { runToEnd } from '../bin/team-run.ts';
import type { ScriptedTurn } from '../fakes/scripted-model.ts';
import { answers, programOf, runs } from './fixtures/words.ts';

const at = desk();
afterAll(() => at.remove());
const server = fileURLToPath(new URL('./fixtures/tool-server.mjs', import.meta.url));

/** The repository with a tool server in it, which its rules on the default branch allow. */
function repositoryWith(rules: string): string {
  const repo = repositoryAt(join(at.root, `sums-${crypto.randomUUID()}`));
  copyFileSync(server, join(repo, 'server.mjs'));
  writeFileSync(join(repo, '.entropy.yml'), `version: 1\n${rules}`);
  git(repo, 'add', '--all');
  git(repo, 'commit', '-qm', 'Allow a server');
  return repo;
}
const allowed = 'mcp:\n  sums: { command: [node, server.mjs], env: { LEVEL: high } }\n';

const mend = `printf %s '${mended['src/sum.js']?.trim()}' > src/sum.js; echo >> src/sum.js`;
const title = { title: 'Add up all numbers', body: 'The first number was left out.' };

/** The call as a model makes it: codex offers a server's tools in a namespace of its own. */
function adds(engine: string): ScriptedTurn {
  const input = { a: 20, b: 3 };
  const called =
    engine === 'codex' ? { namespace: 'mcp__sums', name: 'add' } : { name: 'mcp__sums__add' };
  return { content: [{ type: 'tool_use', ...called, input }] };
}

test.each([
  ['claude-code', 'anthropic', []],
  ['codex', 'openai-compatible', ['--wires', 'responses']],
  ['opencode', 'openai-compatible', []],
] as const)(
  '%s calls a tool of a server that the rules allow, which runs in the sandbox',
  async (name, wire, more) => {
    const codes = {
      when: 'You are the coder',
      turns: [adds(name), runs(name, mend), ...answers(name, title)],
    };
    const repo = repositoryWith(allowed);
    const end = await runToEnd(at, {
      ...{ repo, wire, turns: [reads, codes, reviews('approve')] },
      args: ['--sandbox', 'bubblewrap', '--engine', `coder=${name}`, ...more],
      env: { ENTROPY_ENGINES: `${name}=${programOf(name)}` },
    });
    const coder = end.requests.filter(({ system }) => system.includes('You are the coder'));
    const told = JSON.stringify(coder.map(({ body }) => body));
    expect(told).toContain('23 high at sandbox');
    expect(end.out).toContain('"tool":"mcp__sums__add"');
    expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
    const base = git(repo, 'rev-parse', 'HEAD');
    expect(git(repo, 'rev-parse', `${end.outcome.branch}^{tree}`)).toBe(
      treeWith(repo, base, mended),
    );
  },
);

test('without such rules there is none, and a command, which can have none, is refused with them', async () => {
  const codes = {
    when: 'You are the coder',
    turns: [runs('claude-code', mend), ...answers('claude-code', title)],
  };
  const env = { ENTROPY_ENGINES: `claude-code=${programOf('claude-code')}` };
  const args = ['--engine', 'coder=claude-code'];
  const end = await runToEnd(at, { turns: [reads, codes, reviews('approve')], args, env });
  expect(end.outcome).toMatchObject({ outcome: 'handed-over', error: null });
  expect(JSON.stringify(end.requests.map(({ body }) => body))).not.toContain('mcp__');
  const repo = repositoryWith(allowed);
  const command = ['--engine', 'coder=command', '--engine-command', 'true'];
  const refused = await runToEnd(at, { repo, turns: [], args: command });
  expect(refused.requests).toEqual([]);
  expect(refused.outcome).toMatchObject({
    outcome: 'failed',
    error: {
      name: 'ConfigInvalid',
      message: expect.stringMatching(
        /^roles\.coder\.engine: command can't be given the tool servers/,
      ),
    },
  });
});
