import { describe, expect, test } from '@jest/globals';
import { loadEngine } from '../../lib/agent/engines/registry.ts';
import { defaultBudget } from '../../lib/domain/budget.ts';
import { engineNames } from '../../lib/domain/engine.ts';
import { engineChoice, requireEngines } from '../../lib/domain/engine-choice.ts';
import { policySchema } from '../../lib/domain/policy.ts';
import type { ModelChoice, RunSettings } from '../../lib/domain/run.ts';
import type { ModelRole } from '../../lib/domain/stage.ts';
import { termsOf } from '../../lib/domain/terms.ts';

const anthropic: ModelChoice = { provider: 'anthropic', model: 'm' };
const openai: ModelChoice = { provider: 'openai-compatible', model: 'm', baseUrl: 'http://x/v1' };
const settings = (given: Partial<RunSettings> = {}): RunSettings => ({
  ...{ model: anthropic, roleModels: {}, budget: defaultBudget, sandbox: 'process' },
  ...given,
});
const policy = (given: object = {}) => policySchema.parse({ version: 1, ...given });

function required(own: RunSettings, rules = policy(), fault?: string) {
  requireEngines(own, rules, termsOf(own, rules).models, () => fault);
}

test.each(engineNames)('%s has an adapter of its name', async (name) => {
  expect(typeof (await loadEngine(name)).perform).toBe('function');
});

test("the operator's choice stands over the repository's, role by role", () => {
  const rules = policy({ roles: { coder: { engine: 'codex' }, reviewer: { engine: 'opencode' } } });
  const own = settings({ engines: { coder: 'claude-code' } });
  const names = (['issue-reader', 'coder', 'reviewer'] as const).map(
    (role) => engineChoice(own, rules, role, anthropic).name,
  );
  expect(names).toEqual(['builtin', 'claude-code', 'opencode']);
});

test('an engine speaks what the provider speaks', () => {
  const rules = policy({ roles: { coder: { engine: 'opencode' } } });
  const choice = engineChoice(settings(), rules, 'coder', {
    ...openai,
    wires: ['responses', 'chat-completions'],
  });
  expect(choice.wires).toEqual(['chat-completions', 'responses']);
  expect(engineChoice(settings(), rules, 'coder', anthropic).wires).toEqual(['messages']);
});

test('recorded turns are asked for in the protocols that they were recorded in, if those are known', () => {
  const recorded: ModelChoice = { provider: 'replay', model: 'm', wires: ['chat-completions'] };
  const rules = policy({ roles: { coder: { engine: 'opencode' } } });
  expect(engineChoice(settings(), rules, 'coder', recorded).wires).toEqual(['chat-completions']);
  expect(() => required(settings({ model: recorded, engines: { coder: 'codex' } }))).toThrow(
    /codex speaks responses, and the provider replay chat-completions/,
  );
});

test('a command is refused where the rules allow tool servers, which it can not be given', () => {
  const rules = policy({ mcp: { docs: { command: ['docs'] } } });
  const own = settings({ engines: { coder: 'command' }, engineCommand: 'my-agent' });
  expect(() => required(own, rules)).toThrow(
    /coder\.engine: command can't be given the tool servers .* \(docs\)/,
  );
  required(own);
  required(settings({ engines: { coder: 'claude-code' } }), rules);
});

test('a tool server is for the coder alone, unless its roles are named', () => {
  const docs = { command: ['docs'], env: { LEVEL: 'quiet' } };
  const given = policy({ mcp: { docs, notes: { ...docs, roles: ['reviewer', 'issue-reader'] } } });
  const servers = (role: ModelRole) => engineChoice(settings(), given, role, anthropic).servers;
  expect(servers('coder')).toEqual({ docs });
  expect(servers('reviewer')).toEqual({ notes: docs });
  expect(servers('issue-reader')).toEqual({ notes: docs });
  const own = settings({ engines: { reviewer: 'command' }, engineCommand: 'agent' });
  expect(() => required(own, given)).toThrow(/reviewer.*\(notes\)/);
  required(own, policy({ mcp: { docs } }));
});

describe('of a chain', () => {
  const chain = (...fallbacks: ModelChoice[]) => ({ ...anthropic, fallbacks });
  const speaking = (...wires: NonNullable<ModelChoice['wires']>) => ({ ...openai, wires });

  test('what all of its models speak', () => {
    const rules = policy({ roles: { coder: { engine: 'opencode' } } });
    const model = chain({ provider: 'bedrock', model: 'b' }, speaking('responses', 'messages'));
    expect(engineChoice(settings(), rules, 'coder', model).wires).toEqual(['messages']);
    required(settings({ model, engines: { coder: 'claude-code' } }));
  });

  test('refused where they have no protocol in common, with what each speaks; our own loop takes any', () => {
    const own = settings({ model: chain({ provider: 'openai', model: 'g' }) });
    expect(() => required({ ...own, engines: { coder: 'opencode' } })).toThrow(
      /coder\.engine: opencode speaks .* no such protocol in common \(anthropic:m messages, openai:g responses or chat-/,
    );
    required(own);
  });
});

describe('refused before anything is spent', () => {
  test('an engine that does not speak to the provider, with those that do', () => {
    const own = settings({ model: openai, engines: { coder: 'claude-code' } });
    expect(() => required(own)).toThrow(
      /^roles\.coder\.engine: claude-code speaks messages.*these work: builtin, opencode, command$/,
    );
  });

  test('a command without a command line', () => {
    expect(() => required(settings({ engines: { reviewer: 'command' } }))).toThrow(
      /--engine-command/,
    );
    required(settings({ engines: { reviewer: 'command' }, engineCommand: 'agent' }));
    required(settings(), policy({ roles: { coder: { engine: 'command', command: 'agent' } } }));
  });

  test('a program that is not there', () => {
    expect(() => required(settings(), policy(), 'not here')).toThrow(
      'roles.issue-reader.engine: not here',
    );
  });

  test('whole files in and out by a program of its own', () => {
    const rules = policy({ roles: { coder: { engine: 'codex', strategy: 'rewrite' } } });
    const own = settings({ model: { ...openai, wires: ['responses'] } });
    expect(() => required(own, rules)).toThrow(/roles\.coder: the strategy rewrite/);
  });
});

test('an engine that there is not is a fault of the file', () => {
  const read = policySchema.safeParse({ version: 1, roles: { coder: { engine: 'claude' } } });
  expect(JSON.stringify(read.error?.issues)).toContain('claude-code');
});
